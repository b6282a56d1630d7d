// Scores q·k / sqrt(width) of causal attention, eight queries × eight keys per invocation, held in registers; no barriers.
// q: [tokens, heads, width], k: [tokens, kv_heads, width], width a multiple of 4. Query tile i holds positions 8i … 8i + 7 of a window;
// tiles start … end − 1 are done, counted through all windows. scores: [heads, 8 · (end − start), stride], whole tiles up to the
// diagonal's, from the first that any query of the tile sees. Needs shared/attention-options.wgsl.
struct Params { start: u32, end: u32, tokens: u32, window: u32, heads: u32, kv_heads: u32, width: u32, sliding: u32, stride: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> q: array<vec4f>;
@group(0) @binding(1) var<storage, read> k: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> scores: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 4u;

@compute @workgroup_size(1, LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = params.start + id.y;
  let tiles = (params.window + 7u) / 8u;
  let query = 8u * (tile % tiles);
  let key = 8u * id.x;
  let seen = first_seen(query, params.sliding);
  // A loop of one turn or none: software adapters run what follows a `return`, but not the body of a loop that nobody enters.
  for (var turn = 0u; turn < u32(tile < params.end && key <= query && key + 8u > seen); turn++) {
    // Beyond the last token the last one is read again; scores there belong to no query.
    let first = tile / tiles * params.window;
    let last = params.tokens - 1u;
    let width = params.width / 4u;
    let q_stride = params.heads * width;
    let k_stride = params.kv_heads * width;
    let q_head = id.z * width;
    let k_head = id.z * params.kv_heads / params.heads * width;
    let q0 = min(first + query, last) * q_stride + q_head;
    let q1 = min(first + query + 1u, last) * q_stride + q_head;
    let q2 = min(first + query + 2u, last) * q_stride + q_head;
    let q3 = min(first + query + 3u, last) * q_stride + q_head;
    let q4 = min(first + query + 4u, last) * q_stride + q_head;
    let q5 = min(first + query + 5u, last) * q_stride + q_head;
    let q6 = min(first + query + 6u, last) * q_stride + q_head;
    let q7 = min(first + query + 7u, last) * q_stride + q_head;
    let k0 = min(first + key, last) * k_stride + k_head;
    let k1 = min(first + key + 1u, last) * k_stride + k_head;
    let k2 = min(first + key + 2u, last) * k_stride + k_head;
    let k3 = min(first + key + 3u, last) * k_stride + k_head;
    let k4 = min(first + key + 4u, last) * k_stride + k_head;
    let k5 = min(first + key + 5u, last) * k_stride + k_head;
    let k6 = min(first + key + 6u, last) * k_stride + k_head;
    let k7 = min(first + key + 7u, last) * k_stride + k_head;
    var sum00 = mat4x4f();
    var sum01 = mat4x4f();
    var sum10 = mat4x4f();
    var sum11 = mat4x4f();
    var d = 0u;
    loop {
      let qa = mat4x4f(q[q0 + d], q[q1 + d], q[q2 + d], q[q3 + d]);
      let qb = mat4x4f(q[q4 + d], q[q5 + d], q[q6 + d], q[q7 + d]);
      let ka = transpose(mat4x4f(k[k0 + d], k[k1 + d], k[k2 + d], k[k3 + d]));
      let kb = transpose(mat4x4f(k[k4 + d], k[k5 + d], k[k6 + d], k[k7 + d]));
      sum00 += ka * qa;
      sum01 += kb * qa;
      sum10 += ka * qb;
      sum11 += kb * qb;
      continuing {
        d++;
        break if d >= width;
      }
    }
    let stride = params.stride / 4u;
    let at = 8u * (id.z * (params.end - params.start) + id.y) * stride + key / 4u;
    scores[at] = params.scale * sum00[0];
    scores[at + 1u] = params.scale * sum01[0];
    scores[at + stride] = params.scale * sum00[1];
    scores[at + stride + 1u] = params.scale * sum01[1];
    scores[at + 2u * stride] = params.scale * sum00[2];
    scores[at + 2u * stride + 1u] = params.scale * sum01[2];
    scores[at + 3u * stride] = params.scale * sum00[3];
    scores[at + 3u * stride + 1u] = params.scale * sum01[3];
    scores[at + 4u * stride] = params.scale * sum10[0];
    scores[at + 4u * stride + 1u] = params.scale * sum11[0];
    scores[at + 5u * stride] = params.scale * sum10[1];
    scores[at + 5u * stride + 1u] = params.scale * sum11[1];
    scores[at + 6u * stride] = params.scale * sum10[2];
    scores[at + 6u * stride + 1u] = params.scale * sum11[2];
    scores[at + 7u * stride] = params.scale * sum10[3];
    scores[at + 7u * stride + 1u] = params.scale * sum11[3];
  }
}
