// Turns each row of scores into e^(score − largest), zero behind the query up to the end of its tile, one row per invocation.
// The row's last word becomes 1 / Σ, by which the mixing step scales its result.
// scores: [heads, 8 · (end − start), stride], stride = window rounded up to a multiple of 8, plus 4. Query tiles as in attention-scores.
// Needs shared/attention-options.wgsl.
struct Params { start: u32, end: u32, window: u32, heads: u32, sliding: u32, stride: u32, cap: f32 }
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
  // Where the tile's first query begins to see, and where this one does.
  let begin = first_seen(8u * tile, params.sliding) / 4u;
  let seen_from = vec4u(first_seen(query, params.sliding));
  var largest = -3.4e38;
  var step = begin;
  loop {
    let key = 4u * step + keys;
    var score = scores[row + step];
    if CAPPED || SLOPED {
      score = altered(score, vec4f(vec4u(query) - key), id.y, params.heads, params.cap);
      scores[row + step] = score;
    }
    var visible = key <= vec4u(query);
    if SLIDING { visible &= key >= seen_from; }
    let seen = select(vec4f(-3.4e38), score, visible);
    largest = max(largest, max(max(seen.x, seen.y), max(seen.z, seen.w)));
    continuing {
      step++;
      break if 4u * step > query;
    }
  }
  var sum = vec4f();
  step = begin;
  loop {
    let key = 4u * step + keys;
    var visible = key <= vec4u(query);
    if SLIDING { visible &= key >= seen_from; }
    let shares = select(vec4f(), exp(scores[row + step] - largest), visible);
    sum += shares;
    scores[row + step] = shares;
    continuing {
      step++;
      break if step >= 2u * tile + 2u;
    }
  }
  scores[row + width - 1u] = vec4f(1.0 / (sum.x + sum.y + sum.z + sum.w));
}
