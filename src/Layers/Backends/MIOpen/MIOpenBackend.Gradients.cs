using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// The ways back through depthwise and pointwise convolutions, for a table of branches at a time.
public sealed partial class MIOpenBackend
{
    /// <summary>Gradients of the depthwise outputs.</summary>
    private void DiffOfMiddles(in BranchTable table, int used)
    {
        var (widest, pixels) = Extents(table, used);
        var tile = Tile(widest);
        Arguments.Add(table);
        Launch(tile == 16 ? "separable_diff_middle_16" : tile == 32 ? "separable_diff_middle_32" : "separable_diff_middle_64",
            1, used, Groups((long)table.Images * pixels), moved: Moved(table, used, (_, _, _, middle) => middle) + MovedDiffs(table, used));
    }

    /// <summary>Adds to the filters' gradients at these addresses; zero where there is no such filter.</summary>
    private void WeightGradients(BranchTable table, int used, ReadOnlySpan<nint> pointwise, ReadOnlySpan<nint> depthwise)
    {
        var sums = new PartialSums();
        var (count, tiles, longest, channels) = (0, 0, 0, 0);
        var (anyPointwise, anyDepthwise) = (false, false);
        var (_, pixels) = Extents(table, used);
        long floats = 0;
        for (var i = 0; i < used; i++)
        {
            ref var branch = ref table.Branches[i];
            var all = (long)table.Images * branch.OutPixels;
            if (pointwise[i] != 0)
            {
                branch.Partial = (nint)floats;
                sums[count++] = new PartialSum
                {
                    Partial = (nint)floats,
                    Dst = pointwise[i],
                    Count = branch.Outputs * branch.Inputs,
                    Groups = Groups(all, PointwiseGradientPixels),
                };
                floats += (long)sums[count - 1].Count * sums[count - 1].Groups;
                tiles = Math.Max(tiles, Groups(branch.Outputs, 16) * Groups(branch.Inputs, 16));
                anyPointwise = true;
            }

            if (depthwise[i] != 0)
            {
                branch.PartialDepthwise = (nint)floats;
                sums[count++] = new PartialSum
                {
                    Partial = (nint)floats,
                    Dst = depthwise[i],
                    Count = branch.Inputs * branch.Taps,
                    Groups = Groups(all, DepthwiseGradientPixels),
                };
                floats += (long)sums[count - 1].Count * sums[count - 1].Groups;
                channels = Math.Max(channels, branch.Inputs);
                anyDepthwise = true;
            }
        }

        var scratch = memory.Scratch(floats * sizeof(float));
        for (var i = 0; i < used; i++)
        {
            ref var branch = ref table.Branches[i];
            branch.Partial = scratch + branch.Partial * sizeof(float);
            branch.PartialDepthwise = scratch + branch.PartialDepthwise * sizeof(float);
        }

        for (var i = 0; i < count; i++)
        {
            sums[i].Partial = scratch + sums[i].Partial * sizeof(float);
            longest = Math.Max(longest, sums[i].Count);
        }

        var images = (long)table.Images * pixels;
        if (anyPointwise)
        {
            Arguments.Add(table);
            Launch("separable_diff_pointwise", tiles, used, Groups(images, PointwiseGradientPixels),
                moved: Moved(table, used, (_, i, _, _) => i) + MovedDiffs(table, used));
        }

        if (anyDepthwise)
        {
            Arguments.Add(table);
            Launch("separable_diff_depthwise", channels, used, Groups(images, DepthwiseGradientPixels),
                moved: Moved(table, used, (b, i, _, middle) => b.Depthwise == 0 ? 0 : i + middle));
        }

        Arguments.Add(sums);
        Launch("sums_finish", Groups(longest), count);
    }

    /// <summary>Adds to each source's gradient, or overwrites that of a normalised source and finds its gradient vectors.</summary>
    private void DiffOfSources(BranchTable table, ReadOnlySpan<SeparableBranch<float>> branches)
    {
        var gradients = new GradientTable { Channels = table.Branches[0].Inputs };
        var (sources, normalized) = (0, 0);
        long floats = 0;
        for (var first = 0; first < branches.Length;)
        {
            var b = branches[first];
            var count = 1;
            while (b.NormalizedSrc is null && first + count < branches.Length && branches[first + count].NormalizedSrc is null
                && ReferenceEquals(branches[first + count].Src, b.Src)) count++;
            if (b.NormalizedSrc is { } n)
            {
                gradients.Count = table.Images * b.Src.Shape.Pixels;
                gradients.Groups = Groups(gradients.Count);
                var size = (long)gradients.Groups * gradients.Channels;
                gradients.Of[normalized++] = GradientOf(n, -1, (nint)floats, (nint)(floats + size));
                table.Sources[sources++] = new BranchSource { Diff = n.Diff!.Address, Sums = (nint)floats, Products = (nint)(floats + size), First = first, Count = count };
                floats += 2 * size;
            }
            else if (b.Src.Diff is { } diff)
            {
                table.Sources[sources++] = new BranchSource { Diff = diff.Address, First = first, Count = count, Accumulate = 1 };
            }

            first += count;
        }

        if (normalized > 0)
        {
            var scratch = memory.Scratch(floats * sizeof(float));
            for (var i = 0; i < sources; i++)
            {
                ref var source = ref table.Sources[i];
                if (source.Accumulate == 0) (source.Sums, source.Products) = (scratch + source.Sums * sizeof(float), scratch + source.Products * sizeof(float));
            }

            for (var i = 0; i < normalized; i++)
            {
                ref var of = ref gradients.Of[i];
                (of.Sums, of.Products) = (scratch + of.Sums * sizeof(float), scratch + of.Products * sizeof(float));
            }
        }

        if (sources > 0) DiffOfSources(table, sources);
        if (normalized > 0) FinishGradients(gradients, normalized);
    }

    private void DiffOfSources(in BranchTable table, int sources)
    {
        var (pixels, channels, branches) = (0, 0, 0);
        long moved = 0;
        for (var i = 0; i < sources; i++)
        {
            var shared = table.Branches[table.Sources[i].First];
            moved += (2 + table.Sources[i].Accumulate) * (long)table.Images * shared.Inputs * shared.Height * shared.Width;
            branches = Math.Max(branches, table.Sources[i].First + table.Sources[i].Count);
            (pixels, channels) = (Math.Max(pixels, shared.Height * shared.Width), Math.Max(channels, shared.Inputs));
        }

        Arguments.Add(table);
        Launch("separable_diff_source", Groups((long)table.Images * pixels), sources, channels,
            moved: moved + Moved(table, branches, (_, _, _, middle) => middle));
    }
}
