// Code of the level nearest to w: clamp(round(w / scale + zero), 0, top), half to even; an integer part of `zero` is
// added after rounding, so that it decides no tie. Needs divide.wgsl.
// The device's own division may err by some units in the last place, which matters only beside a half.
fn beside_half(quotient: f32) -> bool {
  return abs(quotient - floor(quotient) - 0.5) < 1e-5 * max(1.0, abs(quotient));
}

fn shifted_code(quotient: f32, zero: f32, top: f32) -> f32 {
  let part = zero - floor(zero);
  return clamp(round(quotient + part) + floor(zero), 0.0, top);
}

// The quotient rounded to float32 first, as `find_params` and its users define nearest codes.
fn code_of(w: f32, scale: f32, zero: f32, top: f32) -> f32 {
  var quotient = w / scale;
  if beside_half(quotient) { quotient = divide(w, scale); }
  return shifted_code(quotient, zero, top);
}

// The quotient as it is: what a computation in float64 decides.
fn exact_code_of(w: f32, scale: f32, zero: f32, top: f32) -> f32 {
  var quotient = w / scale;
  if beside_half(quotient) { quotient = divide_to_odd(w, scale); }
  return shifted_code(quotient, zero, top);
}
