// Codes as a dense little-endian bitstream per row: code j of a row occupies the bits [j · bits, (j + 1) · bits) of its
// words.
// codes: [rows, columns]; packed: [rows, words], words = ⌈columns · bits / 32⌉. One thread per word.
struct Params { rows: u32, columns: u32, bits: u32, words: u32 }
@group(0) @binding(0) var<storage, read> codes: array<u32>;
@group(0) @binding(1) var<storage, read_write> packed: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let at = (group.x + group.y * groups.x) * 64u + lane;
  if at >= params.rows * params.words { return; }
  let row = (at / params.words) * params.columns;
  let first = (at % params.words) * 32u;
  var word = 0u;
  for (var j = first / params.bits; j < params.columns && j * params.bits < first + 32u; j++) {
    let bit = j * params.bits;
    let code = codes[row + j];
    if bit >= first { word |= code << (bit - first); } else { word |= code >> (first - bit); }
  }
  packed[at] = word;
}
