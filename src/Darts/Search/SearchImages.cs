using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Data;

namespace MIOpenDarts.Darts.Search;

/// <summary>The images that one level of the bilevel problem sees.</summary>
public sealed record SearchImages
{
    internal SearchImages(ImageEncoder encoder, int[] indices) => (Encoder, Indices) = (encoder, indices);

    /// <summary>Set and normalisation.</summary>
    internal ImageEncoder Encoder { get; }

    /// <summary>Numbers of the images in the set.</summary>
    internal int[] Indices { get; }

    /// <summary>Opens the data that the options name.</summary>
    /// <exception cref="DataException">There is no such data, or a file is damaged.</exception>
    public static ImageData Open(SearchOptions options) => DataSource.Open(options.Data, options.ImageSize);

    /// <summary>Splits the training images of a data set between weights and architecture, by the options' seed and portion.</summary>
    /// <exception cref="DataException">Too few images for the batch size.</exception>
    public static (SearchImages Train, SearchImages Valid) Split(ImageData data, SearchOptions options)
    {
        var encoder = new ImageEncoder(data.Train, data.Normalization);
        var split = DataSplit.Create(data.Train.Count, options.TrainPortion, options.Seed, options.BatchSize);
        return (new SearchImages(encoder, split.Train), new SearchImages(encoder, split.Valid));
    }
}
