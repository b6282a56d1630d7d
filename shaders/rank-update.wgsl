// C[i, j] += sign · Σ_k left[k, i] · right[k, j], k < depth: what a solved block does to the rest of a matrix. Each
// operand has an offset and a stride between its rows, in words and multiples of 4, so that it may be a part of a
// larger matrix; `upper` skips tiles wholly below C's diagonal. A thread computes 8 rows × 8 columns of C in registers.
// Columns are done in fours: up to three words beyond a row of C that its stride leaves room for are overwritten.
struct Params {
  rows: u32, columns: u32, depth: u32, sign: f32, upper: u32,
  result_offset: u32, result_stride: u32, left_offset: u32, left_stride: u32, right_offset: u32, right_stride: u32
}
@group(0) @binding(0) var<storage, read> left: array<vec4f>;
@group(0) @binding(1) var<storage, read> right: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

override LANES = 8u;

fn add(i: u32, j: u32, sum: vec4f) {
  if i >= params.rows || j >= params.columns { return; }
  result[(params.result_offset + i * params.result_stride + j) / 4u] += params.sign * sum;
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let i = 8u * group.y;
  let j = 8u * (group.x * LANES + lane);
  if j >= params.columns || (params.upper == 1u && j + 8u <= i) { return; }
  var l = (params.left_offset + i) / 4u;
  var r = (params.right_offset + j) / 4u;
  // Column c of sumIJ belongs to row 4I + c of the tile, its components to columns 4J … 4J + 3.
  var sum00 = mat4x4f();
  var sum01 = mat4x4f();
  var sum10 = mat4x4f();
  var sum11 = mat4x4f();
  for (var k = 0u; k < params.depth; k++) {
    let a0 = left[l];
    let a1 = left[l + 1u];
    let b0 = right[r];
    let b1 = right[r + 1u];
    sum00 += mat4x4f(b0 * a0.x, b0 * a0.y, b0 * a0.z, b0 * a0.w);
    sum01 += mat4x4f(b1 * a0.x, b1 * a0.y, b1 * a0.z, b1 * a0.w);
    sum10 += mat4x4f(b0 * a1.x, b0 * a1.y, b0 * a1.z, b0 * a1.w);
    sum11 += mat4x4f(b1 * a1.x, b1 * a1.y, b1 * a1.z, b1 * a1.w);
    l += params.left_stride / 4u;
    r += params.right_stride / 4u;
  }
  add(i + 0u, j, sum00[0]);
  add(i + 0u, j + 4u, sum01[0]);
  add(i + 1u, j, sum00[1]);
  add(i + 1u, j + 4u, sum01[1]);
  add(i + 2u, j, sum00[2]);
  add(i + 2u, j + 4u, sum01[2]);
  add(i + 3u, j, sum00[3]);
  add(i + 3u, j + 4u, sum01[3]);
  add(i + 4u, j, sum10[0]);
  add(i + 4u, j + 4u, sum11[0]);
  add(i + 5u, j, sum10[1]);
  add(i + 5u, j + 4u, sum11[1]);
  add(i + 6u, j, sum10[2]);
  add(i + 6u, j + 4u, sum11[2]);
  add(i + 7u, j, sum10[3]);
  add(i + 7u, j + 4u, sum11[3]);
}
