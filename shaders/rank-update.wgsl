// C[i, j] += sign · Σ_k left[k, i] · right[k, j], k < depth: what a solved block does to the rest of a matrix. Each operand has an offset and
// a stride between its rows, so that it may be a part of a larger matrix; `upper` skips tiles wholly below C's diagonal.
// A thread computes 4 rows × 4 columns of C, its columns LANES apart, so that neighbouring threads touch neighbouring words.
struct Params {
  rows: u32, columns: u32, depth: u32, sign: f32, upper: u32,
  result_offset: u32, result_stride: u32, left_offset: u32, left_stride: u32, right_offset: u32, right_stride: u32
}
@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read_write> result: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 32u;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = group.y * 4u;
  let first = group.x * LANES * 4u;
  if params.upper == 1u && first + LANES * 4u <= i { return; }
  let j = first + lane;
  // Beyond the edge a thread computes the last row or column again and stores nothing.
  let li = params.left_offset + min(vec4u(i, i + 1u, i + 2u, i + 3u), vec4u(params.rows - 1u));
  let columns = min(vec4u(j, j + LANES, j + 2u * LANES, j + 3u * LANES), vec4u(params.columns - 1u));
  let rj = params.right_offset + columns;
  var a = vec4f();
  var b = vec4f();
  var c = vec4f();
  var d = vec4f();
  for (var k = 0u; k < params.depth; k++) {
    let l = k * params.left_stride;
    let r = k * params.right_stride;
    let v = vec4f(right[r + rj.x], right[r + rj.y], right[r + rj.z], right[r + rj.w]);
    a += left[l + li.x] * v;
    b += left[l + li.y] * v;
    c += left[l + li.z] * v;
    d += left[l + li.w] * v;
  }
  store(i, j, a);
  store(i + 1u, j, b);
  store(i + 2u, j, c);
  store(i + 3u, j, d);
}

fn store(i: u32, j: u32, sum: vec4f) {
  if i >= params.rows { return; }
  let at = params.result_offset + i * params.result_stride;
  for (var c = 0u; c < 4u; c++) {
    let column = j + c * LANES;
    if column < params.columns { result[at + column] += params.sign * sum[c]; }
  }
}
