// Log-sum-exp over a vocabulary that comes in chunks of rows (Milakov & Gimelshein 2018): state[token] holds the largest logit so far,
// Σ e^(logit − largest), and the target's logit. logits: [tokens, rows], the chunk first … first + rows − 1; first = 0 starts anew.
// targets: [tokens]; state: [tokens, 3]. LANES invocations share a token, TOKENS tokens a workgroup.
struct Params { tokens: u32, first: u32, rows: u32 }
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> state: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 64u;
override TOKENS = 1u;
const STRETCH = 512u;
var<workgroup> partial: array<f32, LANES * TOKENS>;

@compute @workgroup_size(LANES, TOKENS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let token = (group.x + group.y * groups.x) * TOKENS + id.y;
  let here = token < params.tokens;
  let start = token * params.rows;
  let end = select(0u, params.rows, here);
  let first = id.y * LANES;

  var largest = -3.4e38;
  for (var j = id.x; j < end; j += LANES) {
    largest = max(largest, logits[start + j]);
  }
  if LANES > 1u {
    partial[first + id.x] = largest;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if id.x < half { partial[first + id.x] = max(partial[first + id.x], partial[first + id.x + half]); }
      workgroupBarrier();
    }
    largest = partial[first];
    workgroupBarrier();
  }
  var before = 0.0;
  if params.first > 0u && here {
    let earlier = state[3u * token];
    largest = max(largest, earlier);
    before = state[3u * token + 1u] * exp(earlier - largest);
  }

  // Stretch by stretch: one float32 sum of 262144 numbers would lose its last digits.
  var sum = 0.0;
  for (var j = id.x; j < end;) {
    let stop = min(end, j + STRETCH * LANES);
    var part = 0.0;
    for (; j < stop; j += LANES) { part += exp(logits[start + j] - largest); }
    sum += part;
  }
  if LANES > 1u {
    partial[first + id.x] = sum;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if id.x < half { partial[first + id.x] += partial[first + id.x + half]; }
      workgroupBarrier();
    }
    sum = partial[first];
  }

  if here && id.x == 0u {
    state[3u * token] = largest;
    state[3u * token + 1u] = before + sum;
    // A target below `first` wraps round to a number beyond the chunk.
    let wanted = targets[token] - params.first;
    if wanted < params.rows { state[3u * token + 2u] = logits[start + wanted]; }
  }
}
