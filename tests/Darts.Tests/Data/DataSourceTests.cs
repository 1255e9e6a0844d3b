using MIOpenDarts.Darts.Data;
using static MIOpenDarts.Darts.Tests.Data.TestImages;

namespace MIOpenDarts.Darts.Tests.Data;

public sealed class DataSourceTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("data").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_embedded_slice_has_the_first_images_of_fashion_mnist()
    {
        var data = DataSource.Open("Fashion-MNIST-slice");
        Assert.Equal((4000, 28, 28, 1, 10),
            (data.Train.Count, data.Train.Height, data.Train.Width, data.Train.Channels, data.Train.Classes));
        Assert.Equal(1000, data.Test!.Count);
        Assert.Equal([9, 0, 0, 3, 0, 2, 7, 2, 5, 5], data.Train.Labels[..10].ToArray());
        Assert.Equal([9, 2, 1, 1, 6, 1, 4, 6, 5, 7], data.Test.Labels[..10].ToArray());
        var measured = Normalization.Measure(data.Train);
        Assert.Equal(0.2860, measured.Mean[0], 0.005);
        Assert.Equal(0.3530, measured.Deviation[0], 0.005);
    }

    [Fact]
    public void Cifar_batches_are_read_in_the_order_of_their_numbers()
    {
        Write("data_batch_10.bin", Cifar(4));
        Write("data_batch_2.bin", Cifar(2, 3));
        Write("test_batch.bin", Cifar(9));
        var data = DataSource.Open(folder);
        Assert.Equal([2, 3, 4], data.Train.Labels.ToArray());
        Assert.Equal(9, data.Test!.Labels[0]);
        Assert.Equal((3, 32, 32, 10), (data.Train.Channels, data.Train.Height, data.Train.Width, data.Train.Classes));
        Assert.Equal(unchecked((byte)(1024 + 1 + 3)), data.Train.Image(1)[1024]);
        Assert.Same(Normalization.Cifar10, data.Normalization);
    }

    [Fact]
    public void Files_may_be_links()
    {
        Write("batch", Cifar(2, 3));
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "batch");
        File.CreateSymbolicLink(Path.Combine(folder, "data_batch_1.bin"), "link");
        Assert.Equal([2, 3], DataSource.Open(folder).Train.Labels.ToArray());
    }

    [Fact]
    public void Cifar_classes_have_the_names_that_lie_beside_them()
    {
        Write("data_batch_1.bin", Cifar(0, 9));
        Write("test_batch.bin", Cifar(9));
        Assert.Null(DataSource.Open(folder).Train.ClassNames);
        Write("batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n"u8.ToArray());
        var data = DataSource.Open(folder);
        Assert.Equal(("airplane", "truck", "cat"),
            (data.Train.ClassNames![0], data.Test!.ClassNames![9], new DataSummary(data).ClassName(3)));
        Assert.Null(data.Description.Summary);
        Write("batches.meta.txt", "airplane\r\nautomobile\r\n"u8.ToArray());
        data = DataSource.Open(folder);
        Assert.Null(data.Train.ClassNames);
        Assert.Equal("1 file of class names that does not fit (batches.meta.txt has 2 for 10 classes)", data.Description.Summary);
    }

    [Fact]
    public void Cifar_100_has_the_names_of_its_fine_classes()
    {
        Write("train.bin", [3, 77, .. new byte[3072]]);
        Write("fine_label_names.txt", [.. Enumerable.Range(0, 100).SelectMany(k => System.Text.Encoding.ASCII.GetBytes($"fine {k}\r\n"))]);
        Write("coarse_label_names.txt", "coarse\n"u8.ToArray());
        Assert.Equal("fine 77", DataSource.Open(folder).Train.ClassNames![77]);
    }

    [Fact]
    public void An_image_size_scales_every_form_of_data()
    {
        Write("data_batch_1.bin", Cifar(2, 3));
        Write("test_batch.bin", Cifar(9));
        var (small, native) = (DataSource.Open(folder, 16), DataSource.Open(folder));
        Assert.Equal((3, 16, 16, 2, 16),
            (small.Train.Channels, small.Train.Height, small.Train.Width, small.Train.Count, small.Test!.Width));
        Assert.Equal(ImageScaling.Fit(PixelGrid.Planes(native.Train.Image(1), 3, 32, 32), 16, 16), small.Train.Image(1).ToArray());
        Assert.Equal(native.Train.Image(1).ToArray(), DataSource.Open(folder, 32).Train.Image(1).ToArray());
        Assert.Equal((64, 64), DataSource.Open(DataSource.FashionMnistSlice, 64) is var slice ? (slice.Train.Height, slice.Test!.Width)
            : default);
        Assert.Contains("a smaller image_size needs less",
            Assert.Throws<DataException>(() => DataSource.Open(DataSource.FashionMnistSlice, 4096)).Message);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(".gz", "")]
    [InlineData("", ".gz")]
    public void Idx_files_are_read_plain_and_zipped(string imagesEnd, string labelsEnd)
    {
        byte[] pixels = [.. Enumerable.Range(0, 24).Select(i => (byte)(10 * i))];
        Write("train-images-idx3-ubyte" + imagesEnd, Packed(IdxImages(2, 3, 4, pixels), imagesEnd));
        Write("train-labels-idx1-ubyte" + labelsEnd, Packed(IdxLabels(0, 1), labelsEnd));
        var data = DataSource.Open(folder);
        Assert.Null(data.Test);
        Assert.Equal((2, 3, 4, 2), (data.Train.Count, data.Train.Height, data.Train.Width, data.Train.Classes));
        Assert.Equal(pixels[12..], data.Train.Image(1).ToArray());
        Assert.Equal(pixels.Average(v => v / 255.0), data.Normalization.Mean[0], 1e-6);
    }

    [Fact]
    public void Names_with_a_dot_and_a_test_set_are_found()
    {
        WriteIdx(IdxImages(2, 3, 4), IdxLabels(0, 1));
        Write("t10k-images.idx3-ubyte", IdxImages(1, 3, 4));
        Write("t10k-labels.idx1-ubyte", IdxLabels(1));
        Assert.Equal(1, DataSource.Open(folder).Test!.Count);

        Write("t10k-labels.idx1-ubyte", IdxLabels(2));
        Fails("t10k-labels.idx1-ubyte: image 0 has the label 2; labels go from 0 to 1");

        Write("t10k-images.idx3-ubyte", IdxImages(1, 3, 5));
        Write("t10k-labels.idx1-ubyte", IdxLabels(1));
        Fails("do not match training images of 3x4");

        File.Delete(Path.Combine(folder, "t10k-labels.idx1-ubyte"));
        Fails("the file t10k-labels-idx1-ubyte (or t10k-labels-idx1-ubyte.gz) is missing");
    }

    [Fact]
    public void Damaged_idx_files_are_refused_with_file_value_and_cure()
    {
        var (images, labels) = (IdxImages(2, 3, 4), IdxLabels(0, 1));
        Refused(images[..^1], labels, "train-images-idx3-ubyte: the file ends before the 24 bytes of pixels; it is truncated");
        Refused([.. images, 0], labels, "bytes follow the pixels; the file is oversized");
        Refused(images, [.. labels, 0], "bytes follow the labels");
        Refused(images[..9], labels, "ends before the 12 bytes of the header");
        Refused(labels, labels, "the magic number is 0x00000801, not 0x00000803");
        Refused(images, IdxLabels(0, 1, 1), "there are 3 labels for the 2 images");
        Refused(images, IdxLabels(0, 255), "the label 255 is out of range, for no image has the label 1");
        Refused(images, IdxLabels(0, 0), "there is only 1 class");
        Refused(IdxImages(0, 3, 4), IdxLabels(), "the set has no images");
        Refused(IdxImages(2, 0, 4, []), labels, "the header says 0x4 pixels");
        Refused(IdxImages(int.MaxValue, 4096, 4096, []), IdxLabels(0), "labels for the 2147483647 images");
        Refused([0, 0, 8, 3, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 28, 0, 0, 0, 28], [0, 0, 8, 1, 0x7f, 0xff, 0xff, 0xff], "it is truncated");
        Refused(Zip(images)[..^12], labels, "it is truncated");
        Refused([.. Zip(images)[..^8], 1, 2, 3, 4, 5, 6, 7, 8], labels, "the gzip data is damaged");
    }

    [Fact]
    public void Damaged_cifar_files_are_refused_with_file_value_and_cure()
    {
        Write("data_batch_1.bin", Cifar(1, 2)[..^1]);
        Fails("data_batch_1.bin: 6145 bytes are not whole records of 3073");
        Write("data_batch_1.bin", []);
        Fails("0 bytes are not whole records");
        Write("data_batch_1.bin", Cifar(1, 10));
        Fails("data_batch_1.bin: record 1 has the label 10; labels go from 0 to 9");
    }

    [Fact]
    public void A_folder_without_data_or_no_folder_is_refused()
    {
        Fails("there are neither data_batch_*.bin (CIFAR-10) nor train.bin (CIFAR-100) nor train-images-idx3-ubyte[.gz]");
        Write("train-images-idx3-ubyte", IdxImages(2, 3, 4));
        Fails("the file train-labels-idx1-ubyte (or train-labels-idx1-ubyte.gz) is missing");
        Assert.Contains("there is no such folder", Assert.Throws<DataException>(() => DataSource.Open(folder + "x")).Message,
            StringComparison.Ordinal);
    }

    private static byte[] Packed(byte[] bytes, string end) => end.Length == 0 ? bytes : Zip(bytes);

    private void Refused(byte[] images, byte[] labels, string expected)
    {
        WriteIdx(images, labels);
        Fails(expected);
    }

    private void Fails(string expected)
    {
        var error = Assert.Throws<DataException>(() => DataSource.Open(folder));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.StartsWith(folder, error.Message, StringComparison.Ordinal);
    }

    private void WriteIdx(byte[] images, byte[] labels)
    {
        Write("train-images-idx3-ubyte", images);
        Write("train-labels-idx1-ubyte", labels);
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(folder, name), bytes);
}
