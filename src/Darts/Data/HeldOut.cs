using MIOpenDarts.Layers.Randomness;

namespace MIOpenDarts.Darts.Data;

/// <summary>Makes a test part of a share of the training images.</summary>
internal static class HeldOut
{
    /// <summary>Holds the same share of every class out, drawn by seed; a class keeps at least one image to train on.</summary>
    /// <param name="data">Data without test images.</param>
    /// <param name="share">Share of the training images, over 0 and below 1.</param>
    /// <param name="seed">Seed of the training.</param>
    /// <exception cref="DataException">There are test images, or too few images to hold any out.</exception>
    public static ImageData From(ImageData data, double share, ulong seed)
    {
        if (data.Test is { } there)
            throw new DataException(
                $"{data.Name}: there are {there.Count} test images already, so none are held out of the training images; leave " +
                $"--held-out out");
        var isTest = new bool[data.Train.Count];
        for (var label = 0; label < data.Train.Classes; label++)
        {
            int[] members = [.. Enumerable.Range(0, data.Train.Count).Where(i => data.Train.Labels[i] == label)];
            new CounterRandom(seed, RandomStream.HeldOut, index: label).Shuffle(members);
            var count = Math.Min((int)Math.Round(share * members.Length, MidpointRounding.AwayFromZero), members.Length - 1);
            foreach (var index in members.AsSpan(0, Math.Max(count, 0))) isTest[index] = true;
        }

        var parts = Enumerable.Range(0, isTest.Length).ToLookup(i => isTest[i]);
        if (!parts[true].Any())
            throw new DataException(
            $"{data.Name}: a share of {share} of {data.Train.Count} images is no test image; give a larger --held-out");
        return data with
        {
            Train = data.Train.Some(data.Train.Name, [.. parts[false]]),
            Test = data.Train.Some($"{data.Train.Name} (held out)", [.. parts[true]]),
            Description = data.Description with { Test = $"{share:0.##%} of the training images, held out" },
        };
    }
}
