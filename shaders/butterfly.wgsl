// y[o, i, k] = Σ_j A[i, j] · x[o, j, k]: one factor of a fast transform along the middle axis.
// x: [outer, inputs, inner]; y: [outer, outputs, inner]; matrix: A as [inputs, ⌈outputs / 4⌉] of four outputs each.
// One thread for four outputs of one (o, k); neighbours differ in k. Threads start … end − 1 of
// outer · ⌈outputs / 4⌉ · inner, so that a large transform is cut into pieces.
struct Params { start: u32, end: u32, inner: u32, inputs: u32, outputs: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> matrix: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = params.start + 64u * (group.x + group.y * groups.x) + lane;
  if at >= params.end { return; }
  let inner = params.inner;
  let quarters = (params.outputs + 3u) / 4u;
  let k = at % inner;
  let quarter = (at / inner) % quarters;
  let outer = at / (inner * quarters);
  let first = outer * params.inputs * inner + k;
  // Sums of 32 terms, then their sum: the error grows like the square root of the inputs.
  var sum = vec4f();
  for (var start = 0u; start < params.inputs; start += 32u) {
    var part = vec4f();
    for (var j = start; j < min(start + 32u, params.inputs); j++) {
      part += matrix[j * quarters + quarter] * x[first + j * inner];
    }
    sum += part;
  }
  let output = 4u * quarter;
  let result = (outer * params.outputs + output) * inner + k;
  for (var i = 0u; i < min(4u, params.outputs - output); i++) {
    y[result + i * inner] = sum[i];
  }
}
