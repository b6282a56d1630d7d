// The nonlinear functions of feed-forward parts, one by KIND (the order of `activations` in kernels/activation.ts).
override KIND = 0u;

// erfc(z) for z ≥ 0, to 1.5e-7 (Abramowitz & Stegun 7.1.26).
fn complement(z: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let polynomial = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return polynomial * exp(-z * z);
}

fn sigmoid(a: f32) -> f32 { return 1.0 / (1.0 + exp(-a)); }

fn activation(a: f32) -> f32 {
  switch KIND {
    // silu
    case 0u: { return a / (1.0 + exp(-a)); }
    // gelu: a Φ(a) (Hendrycks & Gimpel 2016)
    case 1u: {
      let tail = 0.5 * a * complement(0.70710678 * abs(a));
      return select(tail, a - tail, a > 0.0);
    }
    // gelu, tanh form: (1 + tanh(u)) / 2 is the sigmoid of 2u
    case 2u: { return a * sigmoid(1.5957691216 * (a + 0.044715 * a * a * a)); }
    case 3u: { return max(a, 0.0); }
    // gelu, sigmoid form
    case 4u: { return a * sigmoid(1.702 * a); }
    // squared relu
    default: {
      let positive = max(a, 0.0);
      return positive * positive;
    }
  }
}
