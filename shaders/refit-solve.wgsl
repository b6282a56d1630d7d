// New scales (and offsets) of every row from its normal equations N δ = −b, δ the change. In place N = Uᵀ diag(1 / D) U
// with 1 / D on the diagonal, 0 where an unknown depends on those before it: it stays as it is. Back substitution
// rounds each unknown as it will be stored before the unknowns to come are solved for, so that they make up for it. The
// loss changes by Σ D (δ − best δ)² − Σ (U⁻ᵀb)² / D; a row where that is no fall keeps its levels.
// normal: entry e of row r at e · entry_stride + r · row_stride; old_scales, old_zeros, scales, zeros: [all rows,
// groups], of which rows first … first + rows − 1; changed: [all rows]. LANES invocations share a row, ROWS rows a
// workgroup; the rows behind the last one have their place in `normal`.
struct Params {
  rows: u32, groups: u32, first: u32, offsets: u32, half_precision: u32, entry_stride: u32, row_stride: u32
}
@group(0) @binding(0) var<storage, read_write> normal: array<f32>;
@group(0) @binding(1) var<storage, read> old_scales: array<f32>;
@group(0) @binding(2) var<storage, read> old_zeros: array<f32>;
@group(0) @binding(3) var<storage, read_write> scales: array<f32>;
@group(0) @binding(4) var<storage, read_write> zeros: array<f32>;
@group(0) @binding(5) var<storage, read_write> changed: array<u32>;
@group(0) @binding(6) var<uniform> params: Params;

override LANES = 64u;
override ROWS = 1u;
// Part of its own square that must be left of an unknown for it to be told from those before it: what the sums of
// float32 in N leave undecided.
const DEPENDENT = 1e-5;
// Part of the best fall that is a fall and no rounding.
const NOISE = 1e-6;
// Part of a scale that must be left of it, else it stays as it is.
const SMALLEST = 1e-3;

// Rounded to float16, or kept as float32; see stored_scale.
fn stored_offset(offset: f32, half_precision: u32) -> f32 {
  if half_precision == 0u { return offset; }
  let size = select(stored_scale(abs(offset), 1u), 0.0, abs(offset) < 2.9802322e-8);
  return select(size, -size, offset < 0.0);
}

fn at(base: u32, k: u32, l: u32) -> u32 {
  return base + place_of(k, l, params.groups * (1u + params.offsets)) * params.entry_stride;
}

// Row k of U, entries from l on in steps of LANES, four of them at a time.
fn eliminate(base: u32, k: u32, l: u32, unknowns: u32) {
  let stride = params.entry_stride;
  var sum = vec4f();
  var top = at(base, 0u, k);
  var right = at(base, 0u, l);
  var corner = base;
  // Beyond the end the last entry is read again, and not written.
  let ahead = min(vec4u(0u, 1u, 2u, 3u) * LANES, vec4u(unknowns - l)) * stride;
  for (var i = 0u; i < k; i++) {
    let factor = normal[top] * normal[corner];
    let entries = vec4u(right) + ahead;
    sum += factor * vec4f(normal[entries.x], normal[entries.y], normal[entries.z], normal[entries.w]);
    top += (unknowns - i) * stride;
    right += (unknowns - i) * stride;
    corner += (unknowns + 1u - i) * stride;
  }
  for (var c = 0u; c < 4u && l + c * LANES <= unknowns; c++) {
    let entry = right + c * LANES * stride;
    let given = normal[entry];
    let value = given - sum[c];
    normal[entry] = select(value, select(0.0, 1.0 / value, value > DEPENDENT * given), l + c == k);
  }
}

@compute @workgroup_size(LANES, ROWS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) id: vec3u,
) {
  let row = (group.x + group.y * groups.x) * ROWS + id.y;
  let here = row < params.rows;
  let base = row * params.row_stride;
  let unknowns = params.groups * (1u + params.offsets);
  for (var k = 0u; k < unknowns; k++) {
    for (var l = k + id.x; l <= unknowns; l += 4u * LANES) { eliminate(base, k, l, unknowns); }
    if LANES > 1u { storageBarrier(); }
  }
  var decrease = 0.0;
  for (var k = 0u; k < unknowns; k++) {
    let b = normal[at(base, k, unknowns)];
    decrease += b * b * normal[at(base, k, k)];
  }
  let levels = select(0u, params.first + row, here) * params.groups;
  var rise = -decrease;
  var scale = 1.0;
  for (var step = 1u; step <= unknowns; step++) {
    if LANES > 1u { storageBarrier(); }
    let k = unknowns - step;
    let level = levels + k / (1u + params.offsets);
    let inverse = normal[at(base, k, k)];
    let best = -normal[at(base, k, unknowns)] * inverse;
    let zero = old_zeros[level];
    var delta = 0.0;
    if params.offsets == 0u || k % 2u == 1u {
      scale = old_scales[level];
      let wanted = scale + best;
      if best != 0.0 && wanted > SMALLEST * scale && wanted < 3e38 { scale = stored_scale(wanted, params.half_precision); }
      delta = scale - old_scales[level];
      if here && id.x == 0u {
        scales[level] = scale;
        zeros[level] = zero;
      }
    } else {
      // What is stored is scale · zero, the level of code 0 but for its sign.
      let low = stored_offset(best - scale * zero, params.half_precision);
      delta = low + scale * zero;
      if here && id.x == 0u { zeros[level] = -low / scale; }
    }
    if inverse > 0.0 { rise += (delta - best) * (delta - best) / inverse; }
    for (var i = id.x; i < k; i += LANES) { normal[at(base, i, unknowns)] += normal[at(base, i, k)] * delta; }
  }
  if !here || id.x > 0u { return; }
  let better = rise < -NOISE * decrease;
  changed[params.first + row] = u32(better);
  if better { return; }
  for (var level = levels; level < levels + params.groups; level++) {
    scales[level] = old_scales[level];
    zeros[level] = old_zeros[level];
  }
}
