// Range of mean ± factor · deviation, 0 always inside: ranges[row, g] = (max(0, −low), max(0, high)), deviation =
// √(squares · n / (n − 1)) of a sample of n, or √squares where `sample` is 0.
// means, squares: [rows, groups], the mean of w and of (w − mean)²; a group has n = its columns · pooled_rows weights.
// One thread per group.
struct Params { rows: u32, columns: u32, width: u32, groups: u32, pooled_rows: u32, sample: u32, factor: f32 }
@group(0) @binding(0) var<storage, read> means: array<f32>;
@group(0) @binding(1) var<storage, read> squares: array<f32>;
@group(0) @binding(2) var<storage, read_write> ranges: array<vec2f>;
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
  let n = f32((min(start + params.width, params.columns) - start) * params.pooled_rows);
  // A single weight does not deviate.
  let correction = select(1.0, n / max(n - 1.0, 1.0), params.sample == 1u);
  let reach = params.factor * sqrt(squares[at] * correction);
  ranges[at] = max(vec2f(reach - means[at], reach + means[at]), vec2f());
}
