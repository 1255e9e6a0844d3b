// A row of MIOpen's find database: one solver on one problem, the sum of its kernels from start to end stamps, as MIOpen's find reports it. The
// solver has the parameters that MIOpen's performance database of that time had for it, where it had none MIOpen's own: as it was measured.
#include "times.h"
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <hip/hip_runtime_api.h>
#include <miopen/miopen.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {
// C-H-W-RxS-K-OH-OW-N-pad-stride-dilation-bias-layout-type-direction[_gG]; of the directions B and W, C-H-W is the gradient of the output.
struct Problem {
  int c, h, w, r, s, k, oh, ow, n, pad[2], stride[2], dilation[2], groups = 1;
  char direction;
};

bool parse(const std::string& key, Problem& p) {
  char layout[16], type[16];
  int bias, used = 0;
  int read = sscanf(key.c_str(), "%d-%d-%d-%dx%d-%d-%d-%d-%d-%dx%d-%dx%d-%dx%d-%d-%15[A-Z]-%15[A-Z0-9]-%c%n", &p.c, &p.h, &p.w, &p.r, &p.s,
                    &p.k, &p.oh, &p.ow, &p.n, &p.pad[0], &p.pad[1], &p.stride[0], &p.stride[1], &p.dilation[0], &p.dilation[1], &bias,
                    layout, type, &p.direction, &used);
  if (read != 19 || strcmp(layout, "NCHW") || strcmp(type, "FP32") || !strchr("FBW", p.direction)) return false;
  sscanf(key.c_str() + used, "_g%d", &p.groups);
  if (p.direction != 'F') {
    std::swap(p.c, p.k);
    std::swap(p.h, p.oh);
    std::swap(p.w, p.ow);
  }
  return true;
}

// MIOpen reads parameters from a file for the chip and version in the folder of MIOPEN_USER_DB_PATH.
void give(const Problem& p, const Row& row, const char* folder) {
  char key[256];
  size_t major, minor, patch;
  miopenGetVersion(&major, &minor, &patch);
  hipDeviceProp_t device;
  (void)hipGetDeviceProperties(&device, 0);
  char name[128];
  snprintf(name, sizeof name, "%s/gfx803_%d.HIP.%zu_%zu_%zu_.udb.txt", folder, device.multiProcessorCount, major, minor, patch);
  // As the key has them: of the directions B and W, the gradient of the output first.
  bool forward = p.direction == 'F';
  snprintf(key, sizeof key, "2x%dx%dx%dx1x%dx%dx1x%dx%dx%dx%dx0x%dx%dx0x%dx%dx0x0x%dxNCHWxFP32x%c", forward ? p.c : p.k,
           forward ? p.h : p.oh, forward ? p.w : p.ow, p.r, p.s, forward ? p.k : p.c, p.n, p.pad[0], p.pad[1], p.stride[0], p.stride[1],
           p.dilation[0], p.dilation[1], p.groups, p.direction);
  if (!row.parameters.empty()) std::ofstream(name) << key << '=' << row.fields[0] << ':' << row.parameters << '\n';
  setenv("MIOPEN_USER_DB_PATH", folder, 1);
}

// In a process of its own: MIOpen reads the solver's name once.
std::string find(const Problem& p, Outcome& outcome) {
  miopenHandle_t handle;
  miopenTensorDescriptor_t x, w, y;
  miopenConvolutionDescriptor_t conv;
  if (miopenCreate(&handle)) return "no MIOpen";
  miopenCreateTensorDescriptor(&x);
  miopenCreateTensorDescriptor(&w);
  miopenCreateTensorDescriptor(&y);
  miopenSet4dTensorDescriptor(x, miopenFloat, p.n, p.c, p.h, p.w);
  miopenSet4dTensorDescriptor(w, miopenFloat, p.k, p.c / p.groups, p.r, p.s);
  miopenSet4dTensorDescriptor(y, miopenFloat, p.n, p.k, p.oh, p.ow);
  miopenCreateConvolutionDescriptor(&conv);
  miopenInitConvolutionDescriptor(conv, miopenConvolution, p.pad[0], p.pad[1], p.stride[0], p.stride[1], p.dilation[0], p.dilation[1]);
  if (p.groups > 1) miopenSetConvolutionGroupCount(conv, p.groups);
  auto bytes = [](double count) {
    return (size_t)(4 * count);
  };
  size_t nx = bytes((double)p.n * p.c * p.h * p.w), nw = bytes((double)p.k * (p.c / p.groups) * p.r * p.s);
  size_t ny = bytes((double)p.n * p.k * p.oh * p.ow), workspace = 0;
  void *px, *pw, *py, *space = nullptr;
  if (hipMalloc(&px, nx) || hipMalloc(&pw, nw) || hipMalloc(&py, ny)) return "out of device memory";
  if (p.direction == 'F')
    miopenConvolutionForwardGetWorkSpaceSize(handle, w, x, conv, y, &workspace);
  else if (p.direction == 'B')
    miopenConvolutionBackwardDataGetWorkSpaceSize(handle, y, w, conv, x, &workspace);
  else
    miopenConvolutionBackwardWeightsGetWorkSpaceSize(handle, y, x, conv, w, &workspace);
  if (workspace && hipMalloc(&space, workspace)) return "out of device memory";
  miopenConvAlgoPerf_t best;
  int found = 0, status;
  if (p.direction == 'F')
    status = miopenFindConvolutionForwardAlgorithm(handle, x, px, w, pw, conv, y, py, 1, &found, &best, space, workspace, false);
  else if (p.direction == 'B')
    status = miopenFindConvolutionBackwardDataAlgorithm(handle, y, py, w, pw, conv, x, px, 1, &found, &best, space, workspace, false);
  else
    status = miopenFindConvolutionBackwardWeightsAlgorithm(handle, y, py, x, px, conv, w, pw, 1, &found, &best, space, workspace, false);
  if (status || !found) return "the solver does not run with this package";
  outcome.microseconds = 1000 * best.time;
  return "";
}
} // namespace

std::string run_convolution(const Row& row, Outcome& outcome) {
  Problem problem;
  if (!parse(row.fields[1], problem)) return "not a problem of MIOpen's in NCHW and FP32";
  int ends[2];
  char folder[] = "/tmp/times-XXXXXX";
  if (pipe(ends)) return "no pipe";
  if (!mkdtemp(folder)) return "no temporary folder";
  pid_t child = fork();
  if (!child) {
    setenv("MIOPEN_DEBUG_FIND_ONLY_SOLVER", row.fields[0].c_str(), 1);
    setenv("MIOPEN_FIND_MODE", "1", 1);
    Outcome own;
    give(problem, row, folder);
    std::string problem_text = find(problem, own);
    dprintf(ends[1], "%.6f %s", own.microseconds, problem_text.c_str());
    _exit(0);
  }
  close(ends[1]);
  std::string answer;
  char part[512];
  for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;) answer.append(part, n);
  close(ends[0]);
  int status;
  waitpid(child, &status, 0);
  std::filesystem::remove_all(folder); // here, as the child may have died
  size_t space = answer.find(' ');
  if (status || space == std::string::npos) return "MIOpen's process ended with status " + std::to_string(status);
  outcome.microseconds = atof(answer.c_str());
  return answer.substr(space + 1);
}
