using System.Text.RegularExpressions;
using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Forecasts;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Darts.Tests.Forecasts;

public class TrainingMemoryForecastTests
{
    private static readonly MemoryLimit Heap = new("the heap", long.MaxValue);

    [Fact]
    public void A_training_is_refused_with_settings_that_fit()
    {
        using var backend = CpuBackend.Create(1);
        var (data, options) = (DataSource.Open(DataSource.FashionMnistSlice), new TrainOptions());
        var need = TrainMemory.Need(data, options, backend)!;
        using (var net = EvaluationTraining.Describe(data, TrainPresets.Get("demo")).Build(backend))
            Assert.Equal(net.ForecastBytes(64), TrainMemory.Need(data, TrainPresets.Get("demo"), backend)!.Activations);
        var room = new MemoryRoom(new MemoryLimit("ulimit -v allows 3000 MiB", need.Total / 2), Heap);
        var message = Assert.Throws<PlanDoesNotFitException>(() => TrainMemory.Require(data, options, backend, room: room)).Message;
        Assert.Contains("(ulimit -v allows 3000 MiB)", message);
        var batch = int.Parse(Regex.Match(message, "batch_size ([0-9]+)").Groups[1].Value);
        TrainMemory.Require(data, options with { BatchSize = batch }, backend, room: room);
        Assert.Throws<PlanDoesNotFitException>(
            () => TrainMemory.Require(data, options with { BatchSize = batch + 2 }, backend, room: room));
    }

    [Fact]
    public void Trainings_side_by_side_need_as_much_more()
    {
        using var backend = CpuBackend.Create(1);
        var (data, options) = (DataSource.Open(DataSource.FashionMnistSlice), TrainPresets.Get("demo"));
        var room = new MemoryRoom(new MemoryLimit("the machine", 2 * TrainMemory.Need(data, options, backend)!.Total), Heap);
        TrainMemory.Require(data, options, backend, jobs: 2, room);
        var message = Assert.Throws<PlanDoesNotFitException>(() => TrainMemory.Require(data, options, backend, jobs: 4, room)).Message;
        Assert.Contains("the training of 4 networks side by side (fewer --jobs need less) needs ", message);
    }

    [Fact]
    public void A_hand_made_network_is_told_only_what_has_an_effect_on_it()
    {
        using var backend = CpuBackend.Create(1);
        var (data, options) = (DataSource.Open(DataSource.FashionMnistSlice), new TrainOptions { Network = "resnet20" });
        var room = new MemoryRoom(new MemoryLimit("the machine", TrainMemory.Need(data, options, backend)!.Total / 2), Heap);
        Assert.Matches("What would fit: batch_size [0-9]+$",
            Assert.Throws<PlanDoesNotFitException>(() => TrainMemory.Require(data, options, backend, room: room)).Message);
    }

    [Fact]
    public void A_compressed_network_is_told_only_what_has_an_effect_on_it()
    {
        using var backend = CpuBackend.Create(1);
        var data = DataSource.Open(DataSource.FashionMnistSlice);
        var options = TrainPresets.Get("demo") with { Auxiliary = false };
        var description = EvaluationTraining.Describe(data, options);
        using var net = description.Build(backend);
        var compressed = HostNetwork.From(description, net).Description;
        var need = TrainMemory.Need(data, options, backend, compressed)!.Total;
        var room = new MemoryRoom(new MemoryLimit("the machine", need / 2), Heap);
        Assert.Matches("What would fit: batch_size [0-9]+$", Assert.Throws<PlanDoesNotFitException>(
            () => TrainMemory.Require(data, options, backend, room: room, compressed: compressed)).Message);
    }
}
