using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// The backward passes of depthwise and pointwise convolutions, for a table of branches at a time.
internal sealed partial class MIOpenBackend
{
    /// <summary>Gradients of the depthwise outputs.</summary>
    private void DiffOfMiddles(in BranchTable table, int used)
    {
        var moved = Moved(table, used, (_, _, _, middle) => middle) + MovedDiffs(table, used);
        var (inputs, quads) = (0, 0);
        for (var i = 0; i < used; i++)
        {
            var b = table.Branches[i];
            (inputs, quads) = (Math.Max(inputs, b.Inputs), Math.Max(quads, b.OutHeight * Groups(b.OutWidth, 4)));
        }

        Arguments.Add(table);
        Launch("separable_diff_middle", Groups(inputs, KernelConstants.PlaneTile), used, Groups((long)table.Images * quads), moved: moved);
    }

    /// <summary>Places the partial sums of the filters' gradients at these addresses; zero where there is no such filter.</summary>
    private int PlacePartials(ref BranchTable table, int used, ReadOnlySpan<nint> pointwise, ReadOnlySpan<nint> depthwise,
        ref PartialSumTable sums)
    {
        var count = 0;
        long floats = 0;
        var (outputForm, sourceForm) = (PlaneForm.OfOutputs(table, used), PlaneForm.OfSources(table, used));
        for (var i = 0; i < used; i++)
        {
            ref var branch = ref table.Branches[i];
            if (pointwise[i] != 0)
                Place(ref sums[count++], pointwise[i], branch.Outputs * branch.Inputs,
                    outputForm?.Groups(table.Images) ?? Groups((long)table.Images * branch.OutPixels, KernelConstants.PointwisePixels));
            if (depthwise[i] != 0)
                Place(ref sums[count++], depthwise[i], branch.Inputs * branch.Taps,
                    SourceGroups(sourceForm, table.Images, branch.Pixels));
        }

        var partials = memory.Partials(floats * sizeof(float));
        for (int i = 0, next = 0; i < used; i++)
        {
            ref var branch = ref table.Branches[i];
            if (pointwise[i] != 0) branch.Partial = sums[next++].Partial += partials;
            if (depthwise[i] != 0) branch.PartialDepthwise = sums[next++].Partial += partials;
        }

        return count;

        void Place(ref PartialSum sum, nint dst, int size, int groups)
        {
            sum = new PartialSum { Partial = (nint)(floats * sizeof(float)), Dst = dst, Count = size, Groups = groups };
            floats += (long)size * groups;
        }
    }

    /// <summary>Partial sums of the pointwise filters' gradients.</summary>
    private void PointwiseGradients(in BranchTable table, int used)
    {
        var tiles = 0;
        for (var i = 0; i < used; i++)
        {
            var branch = table.Branches[i];
            var rows = Groups(branch.Outputs, KernelConstants.PointwiseTile);
            var columns = Groups(branch.Inputs, KernelConstants.PointwiseTile);
            tiles = Math.Max(tiles, rows * columns);
        }

        var moved = Moved(table, used, (_, i, _, _) => i) + MovedDiffs(table, used);
        var (widest, pixels) = Extents(table, used);
        Arguments.Add(table);
        if (PlaneForm.OfOutputs(table, used) is { } form)
            Launch("separable_diff_pointwise" + form.Suffix, Groups(widest, KernelConstants.PlaneTile), used, form.Groups(table.Images),
                moved: moved);
        else
            Launch("separable_diff_pointwise", tiles, used, Groups((long)table.Images * pixels, KernelConstants.PointwisePixels),
                moved: moved);
    }

    /// <summary>Adds to the pointwise filters' gradients at these addresses.</summary>
    private void PointwiseGradients(BranchTable table, int used, ReadOnlySpan<nint> gradients)
    {
        var sums = new PartialSumTable();
        var placed = PlacePartials(ref table, used, gradients, [0, 0], ref sums);
        PointwiseGradients(table, used);
        FinishSums(sums, placed);
    }

    /// <summary>Adds partial sums to the filters' gradients.</summary>
    private void FinishSums(in PartialSumTable sums, int used)
    {
        var longest = 0;
        for (var i = 0; i < used; i++) longest = Math.Max(longest, sums[i].Count);
        Arguments.Add(sums);
        Launch("sums_finish", Groups(longest), used);
    }

    /// <summary>
    /// Adds to each source's gradient, or overwrites that of a normalised source and finds its gradient vectors. With
    /// <paramref name="filters"/> also the partial sums of the depthwise filters' gradients.
    /// </summary>
    private void DiffOfSources(BranchTable table, ReadOnlySpan<SeparableBranch<float>> branches, bool filters)
    {
        var gradients = new GradientTable { Channels = table.Branches[0].Inputs };
        var (sources, normalized) = (0, 0);
        long floats = 0;
        var form = PlaneForm.OfSources(table, branches.Length);
        for (var first = 0; first < branches.Length;)
        {
            var b = branches[first];
            var count = 1;
            while (b.NormalizedSrc is null && first + count < branches.Length && branches[first + count].NormalizedSrc is null
                && ReferenceEquals(branches[first + count].Src, b.Src)) count++;
            if (b.NormalizedSrc is { } n)
            {
                gradients.Count = table.Images * b.Src.Shape.Pixels;
                gradients.Groups = SourceGroups(form, table.Images, b.Src.Shape.Pixels);
                var size = (long)gradients.Groups * gradients.Channels;
                gradients.Terms[normalized++] = TermOf(n, -1, (nint)floats, (nint)(floats + size));
                table.Sources[sources++] = new BranchSource
                {
                    Diff = n.Diff!.Address,
                    Sums = (nint)floats,
                    Products = (nint)(floats + size),
                    First = first,
                    Count = count,
                };
                floats += 2 * size;
            }
            else if (b.Src.Diff is not null || filters)
            {
                table.Sources[sources++] = new BranchSource { Diff = Address(b.Src.Diff), First = first, Count = count, Accumulate = 1 };
            }

            first += count;
        }

        if (normalized > 0)
        {
            var scratch = memory.Scratch(floats * sizeof(float));
            for (var i = 0; i < sources; i++)
            {
                ref var source = ref table.Sources[i];
                if (source.Accumulate != 0) continue;
                (source.Sums, source.Products) = (scratch + source.Sums * sizeof(float), scratch + source.Products * sizeof(float));
            }

            for (var i = 0; i < normalized; i++)
            {
                ref var of = ref gradients.Terms[i];
                (of.Sums, of.Products) = (scratch + of.Sums * sizeof(float), scratch + of.Products * sizeof(float));
            }
        }

        if (sources > 0) DiffOfSources(table, sources, filters);
        if (normalized > 0) FinishGradients(ref gradients, normalized);
    }

    private void DiffOfSources(in BranchTable table, int sources, bool filters)
    {
        var (pixels, channels, branches) = (0, 0, 0);
        long moved = 0;
        for (var i = 0; i < sources; i++)
        {
            var (source, shared) = (table.Sources[i], table.Branches[table.Sources[i].First]);
            moved += (source.Diff == 0 ? 1 : 2 + source.Accumulate) * (long)table.Images * shared.Inputs * shared.Pixels;
            branches = Math.Max(branches, source.First + source.Count);
            (pixels, channels) = (Math.Max(pixels, shared.Pixels), Math.Max(channels, shared.Inputs));
        }

        var form = PlaneForm.OfSources(table, branches);
        Arguments.Add(table);
        Launch((filters ? "separable_diff_source_filters" : "separable_diff_source") + form?.Suffix,
            SourceGroups(form, table.Images, pixels), sources, channels,
            moved: moved + Moved(table, branches, (_, _, _, middle) => middle));
    }

    private static int SourceGroups(PlaneForm? form, int images, int pixels) =>
        form?.Groups(images, KernelConstants.SourceSets) ?? Groups((long)images * pixels, KernelConstants.SourcePixels);
}
