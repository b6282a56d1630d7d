// The most multiply-adds the device does: a ← a · factor + term, sixteen times per step on two vectors held in registers.
// y: [count], the sum of both vectors' components.
struct Params { count: u32, steps: u32, factor: f32, term: f32 }
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

fn four(a: vec4f, factor: vec4f, term: vec4f) -> vec4f {
  return fma(fma(fma(fma(a, factor, term), factor, term), factor, term), factor, term);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if id.x >= params.count { return; }
  let factor = vec4f(params.factor);
  let term = vec4f(params.term);
  var a = vec4f(f32(id.x));
  var b = a + 1.0;
  var step = 0u;
  loop {
    a = four(four(four(four(a, factor, term), factor, term), factor, term), factor, term);
    b = four(four(four(four(b, factor, term), factor, term), factor, term), factor, term);
    continuing {
      step++;
      break if step >= params.steps;
    }
  }
  y[id.x] = dot(a + b, vec4f(1.0));
}
