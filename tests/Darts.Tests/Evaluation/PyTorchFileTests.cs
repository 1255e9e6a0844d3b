using System.IO.Compression;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Weights;
using MIOpenDarts.Darts.Evaluation.Weights.PyTorch;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Evaluation;

/// <summary>
/// What <c>torch.save</c> wrote. The files under PyTorch/ were made by the official code (NetworkCIFAR of DARTS_V2, C = 4, 3 cells) with
/// torch 1.13, in the layouts of its <c>utils.save</c> (before 1.6 and since) and <c>utils.save_checkpoint</c>, which stands in a
/// DataParallel beside the optimiser's state; the numbers below are the logits that it printed.
/// </summary>
public sealed class PyTorchFileTests : IDisposable
{
    private const long LittleMemory = 64 << 20;
    private static readonly float[] Weights =
        [-0.133435f, 0.570408f, -0.311221f, 0.448973f, 0.140677f, -0.389305f, 0.059732f, -0.522648f, 0.039011f, 0.690348f, -0.133143f,
            0.570593f, -0.309933f, 0.448098f, 0.141333f, -0.388766f, 0.062902f, -0.521387f, 0.039175f, 0.689376f];
    private static readonly float[] Checkpoint =
        [0.075780f, 0.133778f, -0.180446f, -0.516675f, -0.166107f, -0.001358f, 0.220985f, 0.534440f, -0.452675f, -0.403397f, 0.078473f,
            0.132132f, -0.179157f, -0.519903f, -0.165762f, 0.000829f, 0.222040f, 0.536630f, -0.453276f, -0.403947f];

    private readonly string folder = Directory.CreateTempSubdirectory("torch").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("cifar10_model.pt")]
    [InlineData("weights.pt")]
    [InlineData("checkpoint.pth.tar", "below 'state_dict.'; ", "wrappers")]
    public void Checkpoints_of_the_official_code_answer_as_they_do_there(string name, params string[] notes)
    {
        var task = new ImageTask(3, 32, 32, 10);
        var description = new NetworkDescription { Network = "DARTS_V2", Task = task, InitChannels = 4, Layers = 3 };
        using var backend = BackendChoice.Create("cpu", 1);
        var (_, net, told) = description.Import(Sample(name), backend);
        using (net)
        {
            net.Plan(2, training: false);
            net.LoadBatch([.. Enumerable.Range(0, 2 * 3 * 32 * 32).Select(i => MathF.Sin(i * 0.37f))], [0, 0]);
            net.Forward(new Pass(Training: false));
            var logits = new float[20];
            backend.Download<float>(net.Logits, logits);
            var expected = name == "checkpoint.pth.tar" ? Checkpoint : Weights;
            for (var k = 0; k < logits.Length; k++) Assert.Equal(expected[k], logits[k], 1e-4f);
        }

        Assert.Equal(notes.Length, told.Count);
        Assert.All(notes, note => Assert.Contains(told, sentence => sentence.Contains(note, StringComparison.Ordinal)));
    }

    [Fact]
    public void Both_forms_hold_the_same_tensors()
    {
        using var old = WeightsFile.Open(Sample("cifar10_model.pt"));
        using var zip = WeightsFile.Open(Sample("weights.pt"));
        Assert.Equal(old.Names, zip.Names);
        foreach (var name in old.Names)
        {
            Assert.Equal(old[name].Shape, zip[name].Shape);
            if (old[name].Type == SafetensorsType.I64) Assert.Equal(old.ReadInt64(name), zip.ReadInt64(name));
            else Assert.Equal(old.ReadSingle(name), zip.ReadSingle(name));
        }

        Assert.Equal([7L], zip.ReadInt64("stem.1.num_batches_tracked"));
    }

    [Theory]
    [InlineData("hostile.pt", "has an object of the class posix.system, which weights do not need, so it was not built")]
    [InlineData("foreign.pt", "has an object of the class argparse.Namespace, which weights do not need")]
    public void Nothing_is_evaluated_and_foreign_classes_are_named(string name, string words)
    {
        Assert.Contains(words, Assert.Throws<InvalidDataException>(() => WeightsFile.Open(Sample(name))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists("/tmp/unsafe"));
    }

    [Theory]
    [InlineData("cifar10_model.pt")]
    [InlineData("weights.pt")]
    public void A_file_that_is_cut_off_or_changed_is_told_in_one_line_and_takes_little_memory(string name)
    {
        var path = Path.Combine(folder, name);
        var whole = File.ReadAllBytes(Sample(name));
        for (var length = 0; length < whole.Length; length += 211) Outcome(whole[..length], mayBeSound: false);
        var random = new MIOpenDarts.Layers.Randomness.CounterRandom(3, MIOpenDarts.Layers.Randomness.RandomStream.Weights);
        for (var trial = 0; trial < 400; trial++)
        {
            var changed = whole.ToArray();
            // The pickles stand in the first part of either form.
            var at = random.NextInt32(trial % 4 == 0 ? whole.Length : whole.Length / 3);
            for (var k = 0; k < 1 + trial % 9 && at + k < whole.Length; k++) changed[at + k] = (byte)random.NextInt32(256);
            Outcome(changed, mayBeSound: true);
        }

        void Outcome(byte[] bytes, bool mayBeSound)
        {
            File.WriteAllBytes(path, bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using var file = WeightsFile.Open(path);
                foreach (var tensor in file.Names.Where(tensor => file[tensor].Type == SafetensorsType.F32)) file.ReadSingle(tensor);
                Assert.True(mayBeSound, $"{bytes.Length} of {whole.Length} bytes were read");
            }
            catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
            {
                Assert.StartsWith(path, e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', e.Message);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, LittleMemory);
        }
    }

    [Fact]
    public void An_archive_that_unpacks_to_much_more_than_it_is_takes_little_memory()
    {
        var path = Path.Combine(folder, "bomb.pt");
        using (var zip = ZipFile.Open(path, ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("a/data.pkl", CompressionLevel.SmallestSize).Open();
            for (var k = 0; k < 200; k++) entry.Write(new byte[1 << 20]);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.StartsWith($"{path}: says that data.pkl has 209715200 bytes", Assert.Throws<InvalidDataException>(() =>
            WeightsFile.Open(path)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, LittleMemory);
    }

    [Fact]
    public void Lists_that_hold_one_another_in_several_places_have_an_end()
    {
        object?[] list = [];
        for (var k = 0; k < 30; k++) list = [list, list];
        Assert.Contains("nested without end", Assert.Throws<InvalidDataException>(() => TorchNames.Of("a.pt", list)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1L << 40, 0)]
    [InlineData(8, 1)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void A_storage_that_the_file_does_not_have_is_told_before_it_is_read(long count, long first)
    {
        var tensor = new TorchTensor(new TorchStorage("0", SafetensorsType.F32, count, first), 0, [2], [3]);
        Assert.Contains("has a storage of", tensor.Check(storageBytes: 32), StringComparison.Ordinal);
        Assert.Null((tensor with { Storage = new TorchStorage("0", SafetensorsType.F32, 8, 0) }).Check(storageBytes: 32));
    }

    [Fact]
    public void A_view_that_is_spread_over_gigabytes_is_told_before_it_is_read()
    {
        var storage = new TorchStorage("0", SafetensorsType.F32, 1L << 30, 0);
        var spread = new TorchTensor(storage, 0, [2, 2], [1L << 28, 1]);
        Assert.Contains("4 elements spread over 1073741832 bytes; save a contiguous() one", spread.Check(4L << 30),
            StringComparison.Ordinal);
        // A transposed matrix of any size, and rows of a longer one.
        Assert.Null(new TorchTensor(storage, 0, [1 << 10, 1 << 10], [1, 1 << 10]).Check(4L << 30));
        Assert.Null(new TorchTensor(storage, 5, [1 << 10, 1 << 10], [1 << 12, 1]).Check(4L << 30));
    }

    [Fact]
    public void A_view_is_read_in_the_order_of_its_rows()
    {
        var storage = new TorchStorage("0", SafetensorsType.U8, 40, 3);
        Span<byte> read = stackalloc byte[6];
        // Of 0, 1, 2, ...: from the 3rd on, then from the 4th of these on.
        new TorchTensor(storage, 4, [3, 2], [1, 10]).Read(new Counting { Root = null }, read, 0);
        Assert.Equal([7, 17, 8, 18, 9, 19], read.ToArray());
        new TorchTensor(storage, 4, [3, 2], [1, 10]).Read(new Counting { Root = null }, read[..2], 4);
        Assert.Equal([9, 19], read[..2].ToArray());
    }

    private sealed class Counting : TorchStorages
    {
        public override long LengthOf(TorchStorage storage) => 43;

        public override void Read(TorchStorage storage, long offset, Span<byte> bytes)
        {
            for (var k = 0; k < bytes.Length; k++) bytes[k] = (byte)(offset + k);
        }

        public override void Dispose()
        {
        }
    }

    private static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "Evaluation", "PyTorch", name);
}
