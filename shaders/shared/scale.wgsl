// The scale that is stored: rounded to float16 (nearest, ties to even, within 2^-24 … 65504), or kept as float32.
fn stored_scale(scale: f32, half_precision: u32) -> f32 {
  if half_precision == 0u { return max(scale, 1.1754944e-38); }
  if scale >= 65504.0 { return 65504.0; }
  // Below 2^-14 the halves are the multiples of 2^-24.
  if scale < 6.1035156e-5 { return max(round(scale * 16777216.0), 1.0) / 16777216.0; }
  let word = bitcast<u32>(scale);
  return bitcast<f32>((word + 0xfffu + ((word >> 13u) & 1u)) & 0xffffe000u);
}
