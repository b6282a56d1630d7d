// errors[row, group, first + k] = (or += with `accumulate`) Σ_j E[k, row, j] · G[k, row, j], the part e H eᵀ of a block.
// residual, product: [count, rows, span], span a multiple of 4; errors: [rows, groups, factors]. One thread per k and
// row.
struct Params {
  rows: u32, groups: u32, group: u32, span: u32, first: u32, count: u32, factors: u32, accumulate: u32
}
@group(0) @binding(0) var<storage, read> residual: array<vec4f>;
@group(0) @binding(1) var<storage, read> product: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> errors: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 16u + lane;
  if at >= params.count * params.rows { return; }
  let fours = params.span / 4u;
  // Sums of 32 terms, then their sum: the error grows like the square root of the columns, not like the columns.
  var sum = 0.0;
  for (var start = 0u; start < fours; start += 8u) {
    var part = 0.0;
    for (var j = start; j < min(start + 8u, fours); j++) {
      part += dot(residual[at * fours + j], product[at * fours + j]);
    }
    sum += part;
  }
  let place = ((at % params.rows) * params.groups + params.group) * params.factors + params.first + at / params.rows;
  if params.accumulate == 1u { sum += errors[place]; }
  errors[place] = sum;
}
