// Causal grouped-query attention with the online softmax (Milakov & Gimelshein 2018; Dao et al. 2022): four queries of one head per
// workgroup, 64 keys at a time, one key per invocation for the scores and up to four numbers of the head for the mix.
// q, y: [tokens, heads, width]; k, v: [tokens, kv_heads, width]; width ≤ 256. Windows are attended to separately. Groups of four
// queries start … end − 1 are done, counted through all windows. Needs shared/attention-options.wgsl.
struct Params { start: u32, end: u32, tokens: u32, window: u32, heads: u32, kv_heads: u32, width: u32, sliding: u32, scale: f32, cap: f32 }
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

const LANES = 64u;
const SMALL = -3.4e38;
// Components are the four queries.
var<workgroup> query: array<vec4f, 256>;
var<workgroup> share: array<vec4f, LANES>;
var<workgroup> partial: array<vec4f, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let groups = (params.window + 3u) / 4u;
  let index = params.start + group.x;
  let position = 4u * (index % groups);
  let first = index / groups * params.window;
  if index >= params.end || first + position >= params.tokens { return; }
  let width = params.width;
  let count = min(min(position + 4u, params.window), params.tokens - first);
  let last = first + count - 1u;
  let q_stride = params.heads * width;
  let kv_stride = params.kv_heads * width;
  let q_head = group.y * width;
  let kv_head = group.y * params.kv_heads / params.heads * width;
  let token = vec4u(first + position) + vec4u(0u, 1u, 2u, 3u);
  let rows = min(token, vec4u(last)) * q_stride + q_head;
  for (var d = lane; d < width; d += LANES) {
    query[d] = params.scale * vec4f(q[rows.x + d], q[rows.y + d], q[rows.z + d], q[rows.w + d]);
  }
  var largest = vec4f(SMALL);
  var total = vec4f();
  var mix: array<vec4f, 4>;
  workgroupBarrier();

  for (var start = first_seen(position, params.sliding); start < count; start += LANES) {
    let key = start + lane;
    var seen = (vec4u(first + key) <= token) & vec4<bool>(key < count);
    if SLIDING { seen &= vec4u(key + params.sliding) > token - vec4u(first); }
    var score = vec4f(SMALL);
    if key < count {
      var sum = vec4f();
      let at = (first + key) * kv_stride + kv_head;
      for (var d = 0u; d < width; d++) { sum += k[at + d] * query[d]; }
      if CAPPED || SLOPED {
        let distance = vec4f(token) - f32(first + key);
        sum = altered(sum, distance, group.y, params.heads, params.cap);
      }
      score = select(score, sum, seen);
    }
    partial[lane] = score;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if lane < half { partial[lane] = max(partial[lane], partial[lane + half]); }
      workgroupBarrier();
    }
    let now = max(largest, partial[0]);
    workgroupBarrier();
    let mine = select(vec4f(), exp(score - now), seen);
    share[lane] = mine;
    partial[lane] = mine;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if lane < half { partial[lane] += partial[lane + half]; }
      workgroupBarrier();
    }
    let shrink = exp(largest - now);
    total = total * shrink + partial[0];
    largest = now;
    let keys = min(LANES, count - start);
    for (var i = 0u; i < 4u; i++) {
      let d = lane + LANES * i;
      if d >= width { break; }
      var sum = mix[i] * shrink;
      for (var j = 0u; j < keys; j++) { sum += v[(first + start + j) * kv_stride + kv_head + d] * share[j]; }
      mix[i] = sum;
    }
    workgroupBarrier();
  }

  for (var i = 0u; i < 4u; i++) {
    let d = lane + LANES * i;
    if d >= width { break; }
    let value = mix[i] / total;
    for (var j = 0u; j < 4u; j++) {
      if token[j] <= last { y[token[j] * q_stride + q_head + d] = value[j]; }
    }
  }
}
