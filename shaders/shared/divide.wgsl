// a / b whatever the device's own division does: long division of the 24-bit mantissas. b > 0 and normal.
// Subnormal quotients become 0, quotients beyond float32 its largest number.

// Rounded to nearest, ties to even.
fn divide(a: f32, b: f32) -> f32 { return long_division(a, b, false); }

// Rounded to odd: the last bit is set where the quotient is not exact, so that rounding it again, to fewer bits, rounds
// but once.
fn divide_to_odd(a: f32, b: f32) -> f32 { return long_division(a, b, true); }

fn long_division(a: f32, b: f32, to_odd: bool) -> f32 {
  let word = bitcast<u32>(a);
  let sign = word & 0x80000000u;
  let over = bitcast<u32>(b);
  if (word & 0x7f800000u) == 0u { return 0.0; }
  var top = (word & 0x7fffffu) | 0x800000u;
  let bottom = (over & 0x7fffffu) | 0x800000u;
  var exponent = i32((word >> 23u) & 0xffu) - i32((over >> 23u) & 0xffu);
  if top < bottom {
    top <<= 1u;
    exponent -= 1;
  }
  var quotient = 1u;
  var rest = top - bottom;
  for (var bit = 0; bit < 23; bit++) {
    rest <<= 1u;
    let take = u32(rest >= bottom);
    quotient = (quotient << 1u) | take;
    rest -= take * bottom;
  }
  rest <<= 1u;
  if to_odd {
    quotient |= u32(rest > 0u);
  } else {
    quotient += u32(rest > bottom || (rest == bottom && (quotient & 1u) == 1u));
  }
  if quotient == 0x1000000u {
    quotient = 0x800000u;
    exponent += 1;
  }
  if exponent < -126 { return 0.0; }
  if exponent > 127 { return bitcast<f32>(sign | 0x7f7fffffu); }
  return bitcast<f32>(sign | (u32(exponent + 127) << 23u) | (quotient & 0x7fffffu));
}
