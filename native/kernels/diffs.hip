// Gradients of several batch norms of one tensor z: dz = gradient_dy·diff + gradient_z·z + gradient_constant for each.
struct DiffTerm { const float *value, *diff, *gradient_dy, *gradient_z, *gradient_constant; };
struct DiffTable { DiffTerm terms[DIFF_TERMS]; float* dst; int used, channels, pixels, count, accumulate; };
