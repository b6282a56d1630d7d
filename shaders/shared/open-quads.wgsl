// Which quads of a block of 16 hold a number larger than `half` in size: a bit each.
fn widest(v: vec4f) -> f32 { return max(max(abs(v.x), abs(v.y)), max(abs(v.z), abs(v.w))); }

fn open_quads(y: mat4x4f, half: f32) -> u32 {
  let wide = vec4f(widest(y[0]), widest(y[1]), widest(y[2]), widest(y[3])) > vec4f(half);
  let bits = select(vec4u(), vec4u(1u, 2u, 4u, 8u), wide);
  return bits.x + bits.y + bits.z + bits.w;
}
