using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using MIOpenDarts.Darts.Benchmarks;
using MIOpenDarts.Darts.Benchmarks.Operations;
using MIOpenDarts.Darts.Benchmarks.Steps;

namespace MIOpenDarts.Bench;

/// <summary>A number made of a benchmark's work and its median seconds; empty where there is no such work.</summary>
internal sealed class RateColumn(string name, string legend, Func<Work, double, double> rate) : IColumn
{
    public string Id => "Rate." + ColumnName;

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics) return "-";
        var value = rate(WorkOf(benchmarkCase), statistics.Median / 1e9);
        return value > 0 ? value.ToString("F1") : "-";
    }

    private static Work WorkOf(BenchmarkCase benchmarkCase)
    {
        var method = benchmarkCase.Descriptor.WorkloadMethod.Name;
        if (Parameter<StepConfiguration>(benchmarkCase) is { } configuration)
            return new Work(configuration.Flops(Enum.Parse<StepKind>(method)), 0);
        var operation = Parameter<OperationCase>(benchmarkCase)!;
        var g = Geometry.Standard((int)benchmarkCase.Parameters[nameof(CaseBenchmark.C)]);
        return method == nameof(Operations.Backward) ? operation.Backward(g) : operation.Forward(g);
    }

    private static T? Parameter<T>(BenchmarkCase benchmarkCase)
        where T : class => benchmarkCase.Parameters.Items.Select(p => p.Value).OfType<T>().FirstOrDefault();
}
