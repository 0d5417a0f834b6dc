#define XXH_VECTOR 3 // XXH_AVX512
#define ROOF roof_avx512
#include "roof_blocks.h"
