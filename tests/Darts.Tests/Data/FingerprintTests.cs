using MIOpenDarts.Darts.Checkpoints;
using MIOpenDarts.Darts.Data;
using MIOpenDarts.Darts.Search;
using MIOpenDarts.Darts.Tests.Search;
using MIOpenDarts.Darts.Tests.Training;
using MIOpenDarts.Darts.Training;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;
using static MIOpenDarts.Darts.Tests.Data.Pictures;

namespace MIOpenDarts.Darts.Tests.Data;

public sealed class FingerprintTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_written_is_read_back()
    {
        var print = DataFingerprint.From(TestImages.Set(6), TestImages.Set(3));
        Assert.Null(print.Difference(DataFingerprint.Parse(print.Format())));
        Assert.Equal((6, 3, "1x5x4", 3), (print.Train, print.Test, print.Shape, print.Classes));
    }

    [Fact]
    public void A_difference_is_named()
    {
        var print = DataFingerprint.From(Set([1, 2, 3], [0, 1, 0], "a", "b"), Set([4, 5], [0, 1], "a", "b"));
        Differs("then 3 training images, now 2", Set([1, 2], [0, 1], "a", "b"));
        Differs("then 2 test images, now 0", Set([1, 2, 3], [0, 1, 0], "a", "b"), withTest: false);
        Differs("then images of 1x1x1, now of 1x1x2", new ImageSet("x", 1, 1, 2, 2, [1, 1, 2, 2, 3, 3], [0, 1, 0]));
        Differs("then 2 classes, now 3", new ImageSet("x", 1, 1, 1, 3, [1, 2, 3], [0, 1, 0]));
        Differs("then class 1 was 'b', now it is 'c'", Set([1, 2, 3], [0, 1, 0], "a", "c"));
        Differs("other images or labels", Set([1, 2, 4], [0, 1, 0], "a", "b"));
        Differs("other images or labels", Set([1, 2, 3], [0, 1, 1], "a", "b"));
        Differs("other images or labels", Set([2, 1, 3], [0, 1, 0], "a", "b"));
        Assert.Equal("the same training images, but other test images",
            print.Difference(DataFingerprint.From(Set([1, 2, 3], [0, 1, 0]), Set([4, 6], [0, 1]))));
        Assert.Null(print.Difference(DataFingerprint.From(Set([1, 2, 3], [0, 1, 0]), Set([4, 5], [0, 1]))));

        void Differs(string words, ImageSet train, bool withTest = true) =>
            Assert.Contains(words, print.Difference(DataFingerprint.From(train, withTest ? Set([4, 5], [0, 1], "a", "b") : null)));
    }

    [Fact]
    public void Files_that_are_decoded_at_each_use_are_told_by_class_name_and_length()
    {
        foreach (var name in new[] { "a/1.png", "a/2.png", "b/1.png" }) folder.Put("here/" + name, Plain(4, 4, 1));
        var print = Of("here");
        Directory.Move(Path.Combine(folder, "here"), Path.Combine(folder, "there"));
        Assert.Null(print.Difference(Of("there")));
        folder.Put("there/b/1.png", [.. Plain(4, 4, 1), 0]);
        Assert.Contains("other images or labels", print.Difference(Of("there")));

        DataFingerprint Of(string name) => DataFingerprint.From(DataSource.Open(Path.Combine(folder, name), 4, whole: true).Train);
    }

    [Fact]
    public void A_checkpoint_of_other_data_is_refused_and_one_without_a_fingerprint_taken_with_a_word()
    {
        using var backend = new ReferenceBackend<float>();
        var warnings = new List<string>();
        var ring = new CheckpointRing(folder, 2, warnings.Add);
        var (train, valid) = SmallSearch.Images();
        DartsSearch.Run(train, valid, SmallSearch.Options, backend, null, ring);
        var (other, otherValid) = SmallSearch.Images(count: 24);
        var error = Assert.Throws<CheckpointException>(() => DartsSearch.Run(other, otherValid, SmallSearch.Options, backend, null, ring));
        Assert.Contains("then 20 training images, now 24", error.Message);
        Assert.Empty(warnings);

        foreach (var file in ring.Files) RemoveFingerprint(file);
        DartsSearch.Run(other, otherValid, SmallSearch.Options, backend, null, ring);
        Assert.Contains("written without a fingerprint of its data", Assert.Single(warnings));
    }

    [Fact]
    public void The_same_holds_for_a_training()
    {
        using var backend = new ReferenceBackend<float>();
        var warnings = new List<string>();
        var ring = new CheckpointRing(folder, 2, warnings.Add);
        var data = SmallTraining.Data();
        EvaluationTraining.Run(data, SmallTraining.Options, backend, null, ring);
        var other = data with { Test = data.Train };
        Assert.Contains("then 10 test images, now 20", Assert.Throws<CheckpointException>(() =>
            EvaluationTraining.Run(other, SmallTraining.Options, backend, null, ring)).Message);

        foreach (var file in ring.Files) RemoveFingerprint(file);
        EvaluationTraining.Run(other, SmallTraining.Options, backend, null, ring);
        Assert.Contains("written without a fingerprint of its data", Assert.Single(warnings));
    }

    private static ImageSet Set(byte[] pixels, int[] labels, params string[] names) =>
        new("x", 1, 1, 1, 2, pixels, labels) { ClassNames = names.Length == 0 ? null : names };

    // As a checkpoint was written before there were fingerprints.
    private static void RemoveFingerprint(string path)
    {
        var copy = new SafetensorsWriter();
        using (var file = SafetensorsFile.Open(path))
        {
            Assert.Contains("data", file.Metadata.Keys);
            foreach (var (name, value) in file.Metadata)
                if (name is not ("data" or "sha256")) copy.AddMetadata(name, value);
            foreach (var name in file.Names)
            {
                long[] shape = [.. file[name].Shape];
                if (file[name].Type == SafetensorsType.I64) copy.Add<long>(name, shape, file.ReadInt64(name));
                else copy.Add<float>(name, shape, file.ReadSingle(name));
            }
        }

        CheckpointFile.Write(path, copy);
    }
}
