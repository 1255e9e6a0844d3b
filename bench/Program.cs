using BenchmarkDotNet.Running;
using MIOpenDarts.Bench;

// In this process, because a generated project would have to be built for every run, and the kernels start fully optimised anyway.
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run([.. args, "--inProcess"], BenchConfig.Create());
return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
