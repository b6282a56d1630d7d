// What a scale multiplies: basis[j, r] = code − zero of row first + r, column j; 0 in the rows behind the last one.
// codes: [rows, columns]; zeros: [rows, groups]; basis: [columns, stride].
struct Params { rows: u32, columns: u32, width: u32, groups: u32, first: u32, stride: u32 }
@group(0) @binding(0) var<storage, read> codes: array<u32>;
@group(0) @binding(1) var<storage, read> zeros: array<f32>;
@group(0) @binding(2) var<storage, read_write> basis: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(16, 4)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let j = id.y;
  if id.x >= params.stride || j >= params.columns { return; }
  let row = params.first + id.x;
  var value = 0.0;
  if row < params.rows {
    value = f32(codes[row * params.columns + j]) - zeros[row * params.groups + j / params.width];
  }
  basis[j * params.stride + id.x] = value;
}
