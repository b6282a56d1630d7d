// Levels that span the range of a group, 0 always inside (find_params of IST-DASLab/gptq).
// ranges: [levels] of (reach below 0, reach above 0); scales, zeros: [levels]; ŵ = scale · (code − zero), code 0 … top.
// zero_kind 0: round(below / scale); 1: the range is made symmetric, zero = (top + 1) / 2; 2: the same, zero = top / 2.
// One thread per level.
struct Params { levels: u32, top: f32, zero_kind: u32, half_precision: u32 }
@group(0) @binding(0) var<storage, read> ranges: array<vec2f>;
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
  if at >= params.levels { return; }
  var below = ranges[at].x;
  var above = ranges[at].y;
  if below == 0.0 && above == 0.0 {
    below = 1.0;
    above = 1.0;
  }
  if params.zero_kind != 0u {
    above = max(below, above);
    below = above;
  }
  let scale = max(divide(above + below, params.top), 1.1754944e-38);
  scales[at] = stored_scale(scale, params.half_precision);
  let whole = min(round(divide(below, scale)), params.top);
  let middle = (params.top + select(0.0, 1.0, params.zero_kind == 1u)) / 2.0;
  zeros[at] = select(middle, whole, params.zero_kind == 0u);
}
