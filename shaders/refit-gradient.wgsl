// The right-hand sides of the normal equations: of a group's scale Σ_{j in g} G[row, j] a[j], of its offset Σ_{j in g}
// G[row, j], G = (Ŵ − W) H. gradient (G): [all rows, columns], of which rows first … first + rows − 1; basis (a):
// [columns, stride]; normal: see refit-normal. One thread per row and group.
struct Params {
  rows: u32, columns: u32, width: u32, groups: u32, stride: u32, first: u32, offsets: u32,
  entry_stride: u32, row_stride: u32
}
@group(0) @binding(0) var<storage, read> gradient: array<f32>;
@group(0) @binding(1) var<storage, read> basis: array<f32>;
@group(0) @binding(2) var<storage, read_write> normal: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  let g = id.y;
  if row >= params.rows || g >= params.groups { return; }
  var sum = vec2f();
  let end = min((g + 1u) * params.width, params.columns);
  for (var start = g * params.width; start < end; start += 32u) {
    var part = vec2f();
    for (var j = start; j < min(start + 32u, end); j++) {
      let slope = gradient[(params.first + row) * params.columns + j];
      part += slope * vec2f(basis[j * params.stride + row], 1.0);
    }
    sum += part;
  }
  let unknowns = params.groups * (1u + params.offsets);
  let k = g * (1u + params.offsets);
  let at = row * params.row_stride;
  if params.offsets == 1u { normal[place_of(k, unknowns, unknowns) * params.entry_stride + at] = sum.y; }
  let scale = k + params.offsets;
  normal[place_of(scale, unknowns, unknowns) * params.entry_stride + at] = sum.x;
}
