// marks_blocks.h - where quotation marks may begin, 64 bytes at a time: a mark_kernel (kernels.h).
// A variant defines `block` and the functions block_* (scan_rows.h), and includes this.
// Layer: text.  Threads: pure.

static void marks(uint64_t *bits, const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i += SCAN_BLOCK) {
        block v = block_part(p + i, len - i);
        uint64_t comma = block_equal(&v, ',');
        uint64_t next = i + SCAN_BLOCK < len && p[i + SCAN_BLOCK] == ',';
        uint64_t ascii = block_equal(&v, '"') | block_equal(&v, '\'') | block_equal(&v, '`') |
                         block_equal(&v, '<') | block_equal(&v, '>');
        uint64_t lead = block_equal(&v, 0xc2) | block_equal(&v, 0xc3) | block_equal(&v, 0xd7) |
                        block_equal(&v, 0xe2) | block_equal(&v, 0xe3) | block_equal(&v, 0xef);
        bits[i / SCAN_BLOCK] = ascii | lead | (comma & (comma >> 1 | next << 63));
    }
}
