// Levels of every row and group from its smallest and largest weight, 0 always inside (find_params of IST-DASLab/gptq).
// weights: [rows, columns]; scales, zeros: [rows, groups]; ŵ = scale · (code − zero), code 0 … top. One thread per
// group.
struct Params { rows: u32, columns: u32, width: u32, groups: u32, top: f32, symmetric: u32, half_precision: u32 }
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> scales: array<f32>;
@group(0) @binding(2) var<storage, read_write> zeros: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.rows * params.groups { return; }
  let start = (at % params.groups) * params.width;
  let row = (at / params.groups) * params.columns;
  var low = 0.0;
  var high = 0.0;
  for (var j = start; j < min(start + params.width, params.columns); j++) {
    let w = weights[row + j];
    low = min(low, w);
    high = max(high, w);
  }
  if low == 0.0 && high == 0.0 {
    low = -1.0;
    high = 1.0;
  }
  if params.symmetric == 1u {
    high = max(-low, high);
    low = -high;
  }
  let scale = max(divide(high - low, params.top), 1.1754944e-38);
  scales[at] = stored_scale(scale, params.half_precision);
  zeros[at] = select(min(round(divide(-low, scale)), params.top), (params.top + 1.0) / 2.0, params.symmetric == 1u);
}
