// Entries of the normal equations between group g and the groups h ≥ g, of every row r. With a the basis and P[j] =
// Σ_{i in g} a[i] H[i, j]: scale–scale Σ_{j in h} P[j] a[j]; scale–offset Σ_{j in h} P[j] (h > g); offset–scale
// Σ_{j in h} sums[j, g] a[j]; offset–offset Σ_{j in h} sums[j, g]. Unknowns: of a group its offset, if there are
// offsets, then its scale. basis, product (P): [columns, stride]; sums: [columns, groups]; normal: entry e of row r at
// e · entry_stride + r · row_stride. One thread per row and group h.
struct Params {
  rows: u32, columns: u32, width: u32, groups: u32, stride: u32, g: u32, offsets: u32,
  entry_stride: u32, row_stride: u32
}
@group(0) @binding(0) var<storage, read> basis: array<f32>;
@group(0) @binding(1) var<storage, read> product: array<f32>;
@group(0) @binding(2) var<storage, read> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> normal: array<f32>;
@group(0) @binding(4) var<uniform> params: Params;

fn put(row: u32, k: u32, l: u32, value: f32) {
  let unknowns = params.groups * (1u + params.offsets);
  normal[place_of(k, l, unknowns) * params.entry_stride + row * params.row_stride] = value;
}

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  let g = params.g;
  let h = g + id.y;
  if row >= params.rows || h >= params.groups { return; }
  // Sums of 32 terms, then their sum: the error grows like the square root of the columns, not like the columns.
  var sum = vec4f();
  let end = min((h + 1u) * params.width, params.columns);
  for (var start = h * params.width; start < end; start += 32u) {
    var part = vec4f();
    for (var j = start; j < min(start + 32u, end); j++) {
      let a = basis[j * params.stride + row];
      let p = product[j * params.stride + row];
      let s = sums[j * params.groups + g];
      part += vec4f(p * a, p, s * a, s);
    }
    sum += part;
  }
  if params.offsets == 0u {
    put(row, g, h, sum.x);
    return;
  }
  put(row, 2u * g + 1u, 2u * h + 1u, sum.x);
  if h > g { put(row, 2u * g + 1u, 2u * h, sum.y); }
  put(row, 2u * g, 2u * h + 1u, sum.z);
  put(row, 2u * g, 2u * h, sum.w);
}
