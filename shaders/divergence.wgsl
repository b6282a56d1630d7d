// Kullback–Leibler divergence KL(P ‖ Q) per token and the likeliest token of both, P = softmax(left), Q = softmax(right), over a
// vocabulary that comes in chunks of rows. With d = right − left and d₀ its value at P's likeliest token so far,
//   KL = ln(1 + M / S) − D / S,  S = Σ p,  M = Σ p (e^(d − d₀) − 1),  D = Σ p (d − d₀),  p = e^(left − largest):
// sums of small numbers where P and Q are close, so that float32 keeps a divergence of 1e-6.
// left, right: [tokens, rows], the chunk first … first + rows − 1; first = 0 starts anew. state: [tokens, 8] = largest left, S, M, D,
// d₀, likeliest of P, largest right, likeliest of Q. LANES invocations share a token, TOKENS tokens a workgroup.
struct Params { tokens: u32, first: u32, rows: u32 }
@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read_write> state: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 64u;
override TOKENS = 1u;
const STRETCH = 512u;
var<workgroup> partial: array<vec4f, LANES * TOKENS>;

// e^x − 1 without cancellation near 0.
fn less_one(x: f32) -> f32 {
  let series = x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0))))));
  return select(exp(x) - 1.0, series, abs(x) < 0.35);
}

// The larger of two (value, number) in x, y and in z, w; of equal values the lower number.
fn larger(a: vec4f, b: vec4f) -> vec4f {
  let p = b.x > a.x || (b.x == a.x && b.y < a.y);
  let q = b.z > a.z || (b.z == a.z && b.w < a.w);
  return vec4f(select(a.xy, b.xy, p), select(a.zw, b.zw, q));
}

@compute @workgroup_size(LANES, TOKENS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let token = (group.x + group.y * groups.x) * TOKENS + id.y;
  let here = token < params.tokens;
  let start = token * params.rows;
  let end = select(0u, params.rows, here);
  let lanes = id.y * LANES;
  let again = here && params.first > 0u;
  let none = 16777216.0;

  var best = vec4f(-3.4e38, none, -3.4e38, none);
  for (var j = id.x; j < end; j += LANES) {
    let number = f32(params.first + j);
    best = larger(best, vec4f(left[start + j], number, right[start + j], number));
  }
  if LANES > 1u {
    partial[lanes + id.x] = best;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if id.x < half { partial[lanes + id.x] = larger(partial[lanes + id.x], partial[lanes + id.x + half]); }
      workgroupBarrier();
    }
    best = partial[lanes];
    workgroupBarrier();
  }
  var sums = vec3f();
  var shift = 0.0;
  var earlier = vec4f();
  if again {
    earlier = state[2u * token];
    let rest = state[2u * token + 1u];
    best = larger(vec4f(earlier.x, rest.y, rest.z, rest.w), best);
    shift = rest.x;
  }
  if here && best.y >= f32(params.first) {
    let at = start + u32(best.y) - params.first;
    shift = right[at] - left[at];
  }
  if again {
    let shrink = exp(earlier.x - best.x);
    let moved = state[2u * token + 1u].x - shift;
    sums = shrink * vec3f(earlier.y, exp(moved) * earlier.z + less_one(moved) * earlier.y, earlier.w + moved * earlier.y);
  }

  // Stretch by stretch: one float32 sum of 262144 numbers would lose its last digits.
  var mine = vec4f();
  for (var j = id.x; j < end;) {
    let stop = min(end, j + STRETCH * LANES);
    var part = vec4f();
    for (; j < stop; j += LANES) {
      let a = left[start + j] - best.x;
      let p = exp(a);
      let d = right[start + j] - left[start + j] - shift;
      // Far from d₀ both powers are taken whole: p may be 0 where e^d overflows.
      let grown = select(exp(a + d) - p, p * less_one(d), abs(d) < 0.35);
      part += vec4f(p, grown, p * d, 0.0);
    }
    mine += part;
  }
  if LANES > 1u {
    partial[lanes + id.x] = mine;
    workgroupBarrier();
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
      if id.x < half { partial[lanes + id.x] += partial[lanes + id.x + half]; }
      workgroupBarrier();
    }
    mine = partial[lanes];
  }

  if here && id.x == 0u {
    let total = sums + mine.xyz;
    state[2u * token] = vec4f(best.x, total);
    state[2u * token + 1u] = vec4f(shift, best.yzw);
  }
}
