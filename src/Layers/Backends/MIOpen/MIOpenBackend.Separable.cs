using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// Any list of branches goes in a few launches, whether they share sources or not; only those that do must stand together.
public sealed partial class MIOpenBackend
{
    private const int PointwiseGradientPixels = 1024;
    private const int DepthwiseGradientPixels = 2048;

    /// <inheritdoc/>
    public override void PlanSeparable(MemoryPlan<float> plan, ReadOnlySpan<SeparableBranch<float>> branches)
    {
        while (branches.Length > 0)
        {
            var some = branches[..Together(branches)];
            long used = 0;
            foreach (var b in some) b.Scratch = [plan.Scratch("d depthwise", b.Dst.Value.Capacity with { C = b.Src.Capacity.C }, ref used)];
            branches = branches[some.Length..];
        }
    }

    /// <inheritdoc/>
    public override void SeparableForward(ReadOnlySpan<SeparableBranch<float>> branches, bool training)
    {
        while (branches.Length > 0)
        {
            var some = branches[..Math.Min(branches.Length, BranchTable.Most)];
            var table = new BranchTable { Images = some[0].Src.Shape.N, Statistics = Flag(training) };
            long floats = 0;
            for (var i = 0; i < some.Length; i++)
            {
                ref var branch = ref table.Branches[i];
                branch = BranchOf(some[i]);
                branch.Partial = (nint)floats * sizeof(float);
                floats += 2L * branch.Outputs * Groups((long)table.Images * branch.OutPixels);
            }

            var scratch = training ? memory.Scratch(floats * sizeof(float)) : 0;
            var statistics = new StatisticTable();
            var widest = 0;
            for (var i = 0; i < some.Length; i++)
            {
                ref var branch = ref table.Branches[i];
                branch.Partial += scratch;
                var count = table.Images * branch.OutPixels;
                statistics[i] = StatisticOf(some[i].Dst.Norm, branch.Partial, Groups(count), Threads, count);
                widest = Math.Max(widest, branch.Outputs);
                if (training) some[i].Dst.Norm.BatchesTracked++;
            }

            Forward(table, some.Length);
            FinishStatistics(statistics, some.Length, widest, training);
            branches = branches[some.Length..];
        }
    }

    /// <inheritdoc/>
    public override void SeparableBackward(ReadOnlySpan<SeparableBranch<float>> branches, bool weightGradients)
    {
        Span<nint> pointwise = stackalloc nint[BranchTable.Most];
        Span<nint> depthwise = stackalloc nint[BranchTable.Most];
        while (branches.Length > 0)
        {
            var some = branches[..Together(branches)];
            var table = new BranchTable { Images = some[0].Src.Shape.N };
            for (var i = 0; i < some.Length; i++)
            {
                var dst = some[i].Dst;
                ref var branch = ref table.Branches[i];
                branch = BranchOf(some[i]);
                branch.Diff = dst.Diff!.Address;
                (branch.DiffScale, branch.ValueScale, branch.Offset) = (dst.DiffScale.Address, dst.ValueScale.Address, dst.Offset.Address);
                branch.Middle = some[i].Scratch[0].Address;
                (pointwise[i], depthwise[i]) = (some[i].Pointwise.Diff!.Address, Address(some[i].Depthwise?.Diff));
            }

            DiffOfMiddles(table, some.Length);
            if (weightGradients) WeightGradients(table, some.Length, pointwise, depthwise);
            DiffOfSources(table, some);
            branches = branches[some.Length..];
        }
    }

    private static Branch BranchOf(SeparableBranch<float> b)
    {
        var branch = Geometry(b.Src.Shape, b.Dst.Value.Shape, b.Window);
        (branch.Src, branch.Depthwise, branch.Pointwise, branch.Value) = (b.Src.Address, Address(b.Depthwise), b.Pointwise.Address, b.Dst.Value.Address);
        if (b.NormalizedSrc is { } n) (branch.Mean, branch.Inverse) = (n.Norm.Mean.Address, n.Norm.InverseDeviation.Address);
        branch.Rectified = 1;
        return branch;
    }

    /// <summary>As many leading branches with sources of one extent as fit into a table, without cutting a shared source in two.</summary>
    private static int Together(ReadOnlySpan<SeparableBranch<float>> branches)
    {
        var count = 1;
        while (count < branches.Length && count < BranchTable.Most && branches[count].Src.Shape == branches[0].Src.Shape) count++;
        var cut = count;
        while (cut > 0 && cut < branches.Length && ReferenceEquals(branches[cut - 1].Src, branches[cut].Src)) cut--;
        return cut > 0 ? cut : count;
    }

    private void Forward(in BranchTable table, int used)
    {
        var (widest, pixels) = Extents(table, used);
        var tile = Tile(widest);
        Arguments.Add(table);
        Launch(tile == 16 ? "separable_forward_16" : tile == 32 ? "separable_forward_32" : "separable_forward_64",
            Groups((long)table.Images * pixels), used, Groups(widest, tile));
    }

    /// <summary>Gradients of the depthwise outputs.</summary>
    private void DiffOfMiddles(in BranchTable table, int used)
    {
        var (widest, pixels) = Extents(table, used);
        var tile = Tile(widest);
        Arguments.Add(table);
        Launch(tile == 16 ? "separable_diff_middle_16" : tile == 32 ? "separable_diff_middle_32" : "separable_diff_middle_64",
            Groups((long)table.Images * pixels), used);
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
            Launch("separable_diff_pointwise", Groups(images, PointwiseGradientPixels), used, tiles);
        }

        if (anyDepthwise)
        {
            Arguments.Add(table);
            Launch("separable_diff_depthwise", Groups(images, DepthwiseGradientPixels), used, channels);
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
        var (pixels, channels) = (0, 0);
        for (var i = 0; i < sources; i++)
        {
            var shared = table.Branches[table.Sources[i].First];
            (pixels, channels) = (Math.Max(pixels, shared.Height * shared.Width), Math.Max(channels, shared.Inputs));
        }

        Arguments.Add(table);
        Launch("separable_diff_source", Groups((long)table.Images * pixels), sources, channels);
    }

    private static (int Outputs, int Pixels) Extents(in BranchTable table, int used)
    {
        var (outputs, pixels) = (0, 0);
        for (var i = 0; i < used; i++)
            (outputs, pixels) = (Math.Max(outputs, table.Branches[i].Outputs), Math.Max(pixels, table.Branches[i].OutPixels));
        return (outputs, pixels);
    }

    private static int Tile(int outputs) => outputs <= 16 ? 16 : outputs <= 32 ? 32 : 64;
}
