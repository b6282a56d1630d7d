// Mixes the values by the softmax's shares: y = shares · v / Σ shares, eight queries × eight numbers of a head per invocation; no barriers.
// Needs shared/attention-options.wgsl.
// scores: as attention-softmax leaves them; v: [tokens, kv_heads, width], width a multiple of 4; y: [tokens, heads, width].
struct Params { start: u32, end: u32, tokens: u32, window: u32, heads: u32, kv_heads: u32, width: u32, sliding: u32, stride: u32 }
@group(0) @binding(0) var<storage, read> scores: array<vec4f>;
@group(0) @binding(1) var<storage, read> v: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 4u;

@compute @workgroup_size(1, LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let width = params.width / 4u;
  let column = 2u * id.x;
  let tile = params.start + id.y;
  if tile >= params.end || column >= width { return; }
  let tiles = (params.window + 7u) / 8u;
  let first = tile / tiles * params.window;
  let last = params.tokens - 1u;
  let stride = params.stride / 4u;
  let row = 8u * (id.z * (params.end - params.start) + id.y) * stride;
  let v_stride = params.kv_heads * width;
  let v_head = id.z * params.kv_heads / params.heads * width;
  // A second half beyond the head's end reads the first one again; what it gives is not written.
  let left = v_head + column;
  let right = v_head + min(column + 1u, width - 1u);
  // Column i of sumQC belongs to query 4Q + i, its components to numbers 4C … 4C + 3.
  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  let steps = 2u * (tile % tiles) + 2u;
  var step = first_seen(8u * (tile % tiles), params.sliding) / 4u;
  loop {
    let at = row + step;
    let sa = mat4x4f(scores[at], scores[at + stride], scores[at + 2u * stride], scores[at + 3u * stride]);
    let sb = mat4x4f(scores[at + 4u * stride], scores[at + 5u * stride], scores[at + 6u * stride], scores[at + 7u * stride]);
    // Keys behind the window's end have no share: whatever is read for them counts nothing.
    let t = first + 4u * step;
    let v0 = min(t, last) * v_stride;
    let v1 = min(t + 1u, last) * v_stride;
    let v2 = min(t + 2u, last) * v_stride;
    let v3 = min(t + 3u, last) * v_stride;
    let va = mat4x4f(v[v0 + left], v[v1 + left], v[v2 + left], v[v3 + left]);
    let vb = mat4x4f(v[v0 + right], v[v1 + right], v[v2 + right], v[v3 + right]);
    sum00 += va * sa;
    sum01 += vb * sa;
    sum10 += va * sb;
    sum11 += vb * sb;
    continuing {
      step++;
      break if step >= steps;
    }
  }
  let query = 8u * (tile % tiles);
  let y_at = id.z * width + column;
  let sums = array(sum00[0], sum00[1], sum00[2], sum00[3], sum10[0], sum10[1], sum10[2], sum10[3]);
  let more = array(sum01[0], sum01[1], sum01[2], sum01[3], sum11[0], sum11[1], sum11[2], sum11[3]);
  for (var i = 0u; i < 8u; i++) {
    let token = first + query + i;
    if query + i >= params.window || token > last { break; }
    let scale = scores[row + i * stride + stride - 1u].x;
    y[token * params.heads * width + y_at] = sums[i] * scale;
    if column + 1u < width { y[token * params.heads * width + y_at + 1u] = more[i] * scale; }
  }
}
