// Code of the level nearest to w: clamp(round(w / scale) + zero, 0, top), half to even of the exactly rounded quotient.
// The device's division may err by some units in the last place, which matters only beside a half. Needs divide.wgsl.
fn code_of(w: f32, scale: f32, zero: f32, top: f32) -> f32 {
  var quotient = w / scale;
  let fraction = quotient - floor(quotient);
  if abs(fraction - 0.5) < 1e-5 * max(1.0, abs(quotient)) { quotient = divide(w, scale); }
  return clamp(round(quotient) + zero, 0.0, top);
}
