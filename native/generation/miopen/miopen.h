/* miopen.h leaves out one `struct` tag, which C++ forgives and C does not. */
typedef struct miopenTensorArgument_t miopenTensorArgument_t;
#include <miopen/miopen.h>

/* Layer normalisation is behind MIOPEN_BETA_API, and with that macro the header is no longer valid C (default arguments).
   Declared here instead; the ABI probe compares it with the real header, which it reads as C++. */
typedef enum {
    MIOPEN_ELEMENTWISE_AFFINE = 0,
    MIOPEN_WEIGHT_BIAS = 1
} miopenNormMode_t;

miopenStatus_t miopenLayerNormForward(miopenHandle_t handle, miopenNormMode_t mode,
    const miopenTensorDescriptor_t xDesc, const void* x,
    const miopenTensorDescriptor_t weightDesc, const void* weight,
    const miopenTensorDescriptor_t biasDesc, const void* bias,
    const float epsilon, const int32_t normalized_dim,
    const miopenTensorDescriptor_t yDesc, void* y,
    const miopenTensorDescriptor_t meanDesc, void* mean,
    const miopenTensorDescriptor_t rstdDesc, void* rstd);
