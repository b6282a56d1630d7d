// The best change of two codes together (CDQuant, block descent with two codes), exact over all their levels. Moving
// codes i and j by r_i and r_j levels changes the row's objective by w_i r_i (r_i − 2 z_i) + w_j r_j (r_j − 2 t), where
// w = h s², z = −G / (h s), X = H_ij s_i s_j and t = z_j − r_i X / w_j: for every r_i the best r_j is t rounded.
// A change must lower the row by this much of the weights of what moves: less than rounding could undo.
const PAIR_MARGIN = 1e-6;

// gain: what the move changes, 0 where none lowers the row; levels: r_i and r_j.
struct PairMove { gain: f32, levels: vec2f }

// G, h, s, code: of the two codes; coupling: H_ij. h = 0 leaves a code where it is.
fn pair_move(G: vec2f, h: vec2f, coupling: f32, s: vec2f, code: vec2f, top: f32) -> PairMove {
  var w = h * s * s;
  var z = select(vec2f(), -G / (h * s), w > vec2f());
  var c = code;
  // The levels tried are those of the code that weighs more: fewer of them can help.
  let swapped = w.y > w.x;
  if swapped {
    w = w.yx;
    z = z.yx;
    c = c.yx;
  }
  var best = PairMove(0.0, vec2f());
  if w.x == 0.0 { return best; }
  let X = coupling * s.x * s.y;
  let slope = select(0.0, X / w.y, w.y > 0.0);
  // With any real r_j the change is w_i [(1 − ρ²) r_i² − 2 (z_i − z_j X / w_i) r_i] − w_j z_j²: nothing is gained
  // outside the two r_i where that is 0. Rounding widens them.
  var low = -c.x;
  var high = top - c.x;
  let rest = 1.0 - slope * (X / w.x);
  if rest > 1e-3 {
    let middle = (z.x - z.y * (X / w.x)) / rest;
    let reach = 0.01 + 1.001 * sqrt(middle * middle + z.y * z.y * (w.y / w.x) / rest);
    low = max(low, ceil(middle - reach));
    high = min(high, floor(middle + reach));
  }
  for (var r = low; r <= high; r += 1.0) {
    let t = z.y - r * slope;
    let other = select(0.0, clamp(round(t), -c.y, top - c.y), w.y > 0.0);
    let gain = w.x * r * (r - 2.0 * z.x) + w.y * other * (other - 2.0 * t);
    let moved = select(0.0, w.x, r != 0.0) + select(0.0, w.y, other != 0.0);
    if gain < best.gain && gain < -PAIR_MARGIN * moved { best = PairMove(gain, vec2f(r, other)); }
  }
  if swapped { best.levels = best.levels.yx; }
  return best;
}

// 2 z of a code, as far as levels exist on that side, within ±1: ±1 where the code alone may gain, 0 where it may not
// move.
fn opening(G: f32, h: f32, s: f32, code: f32, top: f32) -> f32 {
  if !(h > 0.0) { return 0.0; }
  return clamp(-2.0 * G / (h * s), select(-1.0, 0.0, code == 0.0), select(1.0, 0.0, code == top));
}

// Whether a pair may gain at all, of its openings, `second` negated where H_ij < 0; theta = 1 − ρ² − SLACK, ρ² = H_ij² /
// (h_i h_j). Moves r_i, r_j ≠ 0 cost f_i A² + f_j B² − 2 |ρ| A B at best, A² = w_i r_i², B² = w_j r_j², so that f_i f_j
// must be below ρ²; r_i r_j H_ij is negative; and f = 1 − 2 z / r is at least 1 − |opening| to the open side, at least 1
// to the other. So (1 − |first|) (1 − |second|) is to be below ρ² where their signs differ, else one of the factors.
// In additions, as min and max are dear on a software adapter.
fn may_gain(first: vec4f, second: vec4f, theta: vec4f) -> vec4<bool> {
  let apart = abs(first - second);
  return (apart + first * second >= theta) | (apart + abs(first + second) >= theta + theta);
}
const SLACK = 1e-5;
