// What some models do to the scaled scores of causal attention before the softmax, and which keys a query sees.
// Constants, so that attention without them pays nothing.
override CAPPED = false;
override SLOPED = false;
override SLIDING = false;

// Slope of a head (Press et al. 2022, ALiBi): 2^(−8 (h + 1) / n), n the power of two at or below `heads`; heads beyond
// n take every other slope of 2n heads.
fn slope_of(head: u32, heads: u32) -> f32 {
  let power = 1u << firstLeadingBit(heads);
  let steps = select(8u * (head + 1u), 4u * (2u * (head - power) + 1u), head >= power);
  return exp2(-f32(steps) / f32(power));
}

// cap · tanh(score / cap) (Gemma 2), then −slope · distance: the key's position times the slope, but for a constant
// that the softmax does not see.
fn altered(score: vec4f, distance: vec4f, head: u32, heads: u32, cap: f32) -> vec4f {
  var value = score;
  if CAPPED { value = cap - 2.0 * cap / (exp(clamp(2.0 / cap * value, vec4f(-40.0), vec4f(40.0))) + 1.0); }
  if SLOPED { value -= slope_of(head, heads) * distance; }
  return value;
}

// First position that a query sees: its own is the last of `sliding` ones.
fn first_seen(query: u32, sliding: u32) -> u32 {
  return select(0u, query + 1u - sliding, SLIDING && query >= sliding);
}
