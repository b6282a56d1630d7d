// Turns each row of scores into e^(score − largest), zero behind the query up to the end of its tile, one row per invocation.
// The row's last word becomes 1 / Σ, by which the mixing step scales its result.
// scores: [heads, 8 · (end − start), stride], stride = window rounded up to a multiple of 8, plus 4. Query tiles as in attention-scores.
struct Params { start: u32, end: u32, window: u32, heads: u32, stride: u32 }
@group(0) @binding(0) var<storage, read_write> scores: array<vec4f>;
@group(0) @binding(1) var<uniform> params: Params;

override LANES = 16u;

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let rows = 8u * (params.end - params.start);
  if id.x >= rows { return; }
  let tiles = (params.window + 7u) / 8u;
  let tile = (params.start + id.x / 8u) % tiles;
  let query = 8u * tile + id.x % 8u;
  let width = params.stride / 4u;
  let row = (id.y * rows + id.x) * width;
  let keys = vec4u(0u, 1u, 2u, 3u);
  var largest = -3.4e38;
  var step = 0u;
  loop {
    let seen = select(vec4f(-3.4e38), scores[row + step], 4u * step + keys <= vec4u(query));
    largest = max(largest, max(max(seen.x, seen.y), max(seen.z, seen.w)));
    continuing {
      step++;
      break if 4u * step > query;
    }
  }
  var sum = vec4f();
  step = 0u;
  loop {
    let shares = select(vec4f(), exp(scores[row + step] - largest), 4u * step + keys <= vec4u(query));
    sum += shares;
    scores[row + step] = shares;
    continuing {
      step++;
      break if step >= 2u * tile + 2u;
    }
  }
  scores[row + width - 1u] = vec4f(1.0 / (sum.x + sum.y + sum.z + sum.w));
}
