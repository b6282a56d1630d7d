// Causal attention of new tokens of one sequence over the kept keys and values of all its tokens (grouped queries: head h reads
// key-value head h · kv_heads / heads), with the online softmax (Milakov & Gimelshein 2018) over tiles of keys.
// q, y: [tokens, heads, width]; keys, values: [capacity, kv_heads, width]; width ≤ 256. Token i has position first + i and sees
// positions 0 … first + i. A workgroup of LANES invocations per token and head; tokens start … tokens − 1 are done.
// Needs shared/attention-options.wgsl.
struct Params { start: u32, tokens: u32, first: u32, heads: u32, kv_heads: u32, width: u32, sliding: u32, scale: f32, cap: f32 }
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> keys: array<f32>;
@group(0) @binding(2) var<storage, read> values: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

override LANES = 64u;
const TILE = 256u;
const SMALL = -3.4e38;
var<workgroup> query: array<f32, 256>;
var<workgroup> mix: array<f32, 256>;
var<workgroup> share: array<f32, TILE>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let token = params.start + group.x;
  let head = group.y;
  if token >= params.tokens || head >= params.heads { return; }
  let width = params.width;
  let count = params.first + token + 1u;
  let q_at = (token * params.heads + head) * width;
  let stride = params.kv_heads * width;
  let kv_at = head * params.kv_heads / params.heads * width;
  for (var d = lane; d < width; d += LANES) {
    query[d] = params.scale * q[q_at + d];
    mix[d] = 0.0;
  }
  var largest = SMALL;
  var total = 0.0;
  workgroupBarrier();

  for (var start = first_seen(count - 1u, params.sliding); start < count; start += TILE) {
    let here = min(TILE, count - start);
    for (var j = lane; j < here; j += LANES) {
      let at = (start + j) * stride + kv_at;
      var sum = 0.0;
      for (var d = 0u; d < width; d++) { sum += keys[at + d] * query[d]; }
      if CAPPED || SLOPED {
        let distance = f32(count - 1u - start - j);
        sum = altered(vec4f(sum), vec4f(distance), head, params.heads, params.cap).x;
      }
      share[j] = sum;
    }
    workgroupBarrier();
    // Every lane looks through all scores of the tile: cheaper than the barriers of a shared reduction.
    var now = largest;
    for (var j = 0u; j < here; j++) { now = max(now, share[j]); }
    workgroupBarrier();
    for (var j = lane; j < here; j += LANES) { share[j] = exp(share[j] - now); }
    workgroupBarrier();
    let shrink = exp(largest - now);
    var sum = 0.0;
    for (var j = 0u; j < here; j++) { sum += share[j]; }
    total = total * shrink + sum;
    largest = now;
    for (var d = lane; d < width; d += LANES) {
      var mixed = mix[d] * shrink;
      let at = start * stride + kv_at + d;
      for (var j = 0u; j < here; j++) { mixed += share[j] * values[at + j * stride]; }
      mix[d] = mixed;
    }
    workgroupBarrier();
  }

  for (var d = lane; d < width; d += LANES) { y[q_at + d] = mix[d] / total; }
}
