// y[o, i, k] = Σ_j A[i, j] · x[o, j, k]: one factor of a fast transform along the middle axis.
// x: [outer, inputs, inner]; y: [outer, outputs, inner]; matrix: A as [inputs, ⌈outputs / 4⌉] of four outputs each.
// One thread for four outputs of four vectors (o, k), a quarter of all vectors apart, so that neighbours read
// neighbouring words. Threads start … end − 1 of ⌈outer · inner / 4⌉ · ⌈outputs / 4⌉: a large transform is cut into
// pieces.
struct Params { start: u32, end: u32, outer: u32, inputs: u32, outputs: u32, inner: u32 }
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
  let count = params.outer * inner;
  let run = (count + 3u) / 4u;
  let quarters = (params.outputs + 3u) / 4u;
  let quarter = at / run;
  // The last of the four may lie behind the end: it repeats the last vector.
  let vectors = min(vec4u(at % run) + vec4u(0u, run, 2u * run, 3u * run), vec4u(count - 1u));
  let outer = vectors / inner;
  let k = vectors - outer * inner;
  var source = outer * (params.inputs * inner) + k;
  // Sums of 32 terms, then their sum: the error grows like the square root of the inputs.
  var sum = mat4x4f();
  for (var start = 0u; start < params.inputs; start += 32u) {
    var part = mat4x4f();
    for (var j = start; j < min(start + 32u, params.inputs); j++) {
      let a = matrix[j * quarters + quarter];
      part += mat4x4f(a * x[source.x], a * x[source.y], a * x[source.z], a * x[source.w]);
      source += inner;
    }
    sum += part;
  }
  let first = outer * (params.outputs * inner) + (4u * quarter) * inner + k;
  for (var i = 0u; i < min(4u, params.outputs - 4u * quarter); i++) {
    y[first.x + i * inner] = sum[0][i];
    y[first.y + i * inner] = sum[1][i];
    y[first.z + i * inner] = sum[2][i];
    y[first.w + i * inner] = sum[3][i];
  }
}
