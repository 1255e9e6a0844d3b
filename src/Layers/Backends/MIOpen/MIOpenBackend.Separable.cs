using MIOpenDarts.Layers.Backends.MIOpen.Kernels;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.MIOpen;

// Any list of branches goes in a few launches, whether they share sources or not; only those that do must stand together.
internal sealed partial class MIOpenBackend
{
    /// <inheritdoc/>
    internal override Operation<float> PlanSeparable(MemoryPlan<float> plan, ActiveList<SeparableBranch<float>> branches) =>
        plan.Add(new SeparableOperation(this, plan, branches));

    private sealed class SeparableOperation : Operation<float>
    {
        private readonly MIOpenBackend backend;
        private readonly ActiveList<SeparableBranch<float>> branches;

        // Gradients of the depthwise outputs of as many branches as one table has.
        private readonly Tensor<float>[] middles;

        public SeparableOperation(MIOpenBackend backend, MemoryPlan<float> plan, ActiveList<SeparableBranch<float>> branches)
        {
            (this.backend, this.branches) = (backend, branches);
            long used = 0;
            middles = new Tensor<float>[Math.Min(branches.All.Count, BranchTable.Capacity)];
            var largest = branches.All.Select(b => b.Dst.Value.Capacity with { C = b.Src.Capacity.C }).MaxBy(shape => shape.Count);
            for (var i = 0; i < middles.Length; i++) middles[i] = plan.Scratch("d depthwise", largest, ref used);
        }

        public override string Describe() =>
            $"hip, {(branches.All.Count + BranchTable.Capacity - 1) / BranchTable.Capacity} table(s) of branches: " +
            SeparableBranch<float>.Describe(branches.All);

        public override void Forward(bool training) => backend.SeparableForward(branches.Active, training);

        public override void Backward(bool weightGradients) => backend.SeparableBackward(branches.Active, middles, weightGradients);
    }

    private void SeparableForward(ReadOnlySpan<SeparableBranch<float>> branches, bool training)
    {
        while (branches.Length > 0)
        {
            var some = branches[..Math.Min(branches.Length, BranchTable.Capacity)];
            var table = new BranchTable { Images = some[0].Src.Shape.N, Statistics = Flag(training) };
            long floats = 0;
            for (var i = 0; i < some.Length; i++) table.Branches[i] = BranchOf(some[i]);
            var form = PlaneForm.OfOutputs(table, some.Length);
            for (var i = 0; i < some.Length; i++)
            {
                ref var branch = ref table.Branches[i];
                branch.Partial = (nint)floats * sizeof(float);
                floats += 2L * branch.Outputs * (form?.Groups(table.Images) ?? Groups((long)table.Images * branch.OutPixels));
            }

            var scratch = training ? memory.Scratch(floats * sizeof(float)) : 0;
            var statistics = new StatisticTable();
            var widest = 0;
            for (var i = 0; i < some.Length; i++)
            {
                ref var branch = ref table.Branches[i];
                branch.Partial += scratch;
                var count = table.Images * branch.OutPixels;
                var (groups, pixels) = form is { } planes
                    ? (planes.Groups(table.Images), planes.Images * branch.OutPixels)
                    : (Groups(count), KernelConstants.Threads);
                statistics[i] = StatisticOf(some[i].Dst.Norm, branch.Partial, groups, pixels, count);
                widest = Math.Max(widest, branch.Outputs);
                if (training) some[i].Dst.Norm.BatchesTracked++;
            }

            Forward(table, some.Length);
            FinishStatistics(ref statistics, some.Length, widest, training);
            branches = branches[some.Length..];
        }
    }

    private void SeparableBackward(ReadOnlySpan<SeparableBranch<float>> branches, Tensor<float>[] middles, bool weightGradients)
    {
        Span<nint> pointwise = stackalloc nint[BranchTable.Capacity];
        Span<nint> depthwise = stackalloc nint[BranchTable.Capacity];
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
                branch.GradientDy = dst.Gradient.Dy.Address;
                branch.GradientZ = dst.Gradient.Z.Address;
                branch.GradientConstant = dst.Gradient.Constant.Address;
                branch.Middle = middles[i].Address;
                (pointwise[i], depthwise[i]) = (some[i].Pointwise.Diff!.Address, Address(some[i].Depthwise?.Diff));
            }

            DiffOfMiddles(table, some.Length);
            if (!weightGradients)
            {
                DiffOfSources(table, some, filters: false);
                branches = branches[some.Length..];
                continue;
            }

            var sums = new PartialSumTable();
            var used = PlacePartials(ref table, some.Length, pointwise, depthwise, ref sums);
            PointwiseGradients(table, some.Length);
            DiffOfSources(table, some, filters: depthwise[..some.Length].ContainsAnyExcept((nint)0));
            FinishSums(sums, used);
            branches = branches[some.Length..];
        }
    }

    private static Branch BranchOf(SeparableBranch<float> b)
    {
        var branch = Geometry(b.Src.Shape, b.Dst.Value.Shape, b.Window);
        (branch.Src, branch.Value) = (b.Src.Address, b.Dst.Value.Address);
        (branch.Depthwise, branch.Pointwise) = (Address(b.Depthwise), b.Pointwise.Address);
        if (b.NormalizedSrc is { } n) (branch.Mean, branch.Inverse) = (n.Norm.Mean.Address, n.Norm.InverseDeviation.Address);
        branch.Rectified = 1;
        return branch;
    }

    /// <summary>As many leading branches with sources of one extent as fit into a table, without cutting a shared source in two.</summary>
    private static int Together(ReadOnlySpan<SeparableBranch<float>> branches)
    {
        var count = 1;
        while (count < branches.Length && count < BranchTable.Capacity && branches[count].Src.Shape == branches[0].Src.Shape) count++;
        var cut = count;
        while (cut > 0 && cut < branches.Length && ReferenceEquals(branches[cut - 1].Src, branches[cut].Src)) cut--;
        return cut > 0 ? cut : count;
    }

    private void Forward(in BranchTable table, int used)
    {
        var (widest, pixels) = Extents(table, used);
        var moved = Moved(table, used, (_, i, o, _) => i + o);
        Arguments.Add(table);
        if (PlaneForm.OfOutputs(table, used) is { } form)
        {
            Launch("separable_forward" + form.Suffix, Groups(widest, KernelConstants.PlaneTile), used, form.Groups(table.Images),
                moved: moved);
            return;
        }

        var tile = Tile(widest);
        Launch(tile == 16 ? "separable_forward_16" : tile == 32 ? "separable_forward_32" : "separable_forward_64",
            Groups(widest, tile), used, Groups((long)table.Images * pixels), moved: moved);
    }

    /// <summary>
    /// Floats of the outputs' gradients: after a batch norm the value, and the gradient unless the branch before reads the same.
    /// </summary>
    private static long MovedDiffs(in BranchTable table, int used)
    {
        long sum = 0;
        for (var i = 0; i < used; i++)
        {
            var b = table.Branches[i];
            var tensors = (b.GradientDy == 0 ? 0 : 1) + (i > 0 && table.Branches[i - 1].Diff == b.Diff ? 0 : 1);
            sum += (long)tensors * table.Images * b.Outputs * b.OutPixels;
        }

        return sum;
    }

    /// <summary>
    /// Floats over all branches, from the sizes of the source (zero where the branch before reads the same), the output, and the depthwise
    /// output.
    /// </summary>
    private static long Moved(in BranchTable table, int used, Func<Branch, long, long, long, long> floats)
    {
        long sum = 0;
        for (var i = 0; i < used; i++)
        {
            var b = table.Branches[i];
            var (images, pixels) = ((long)table.Images, b.OutPixels);
            var shared = i > 0 && table.Branches[i - 1].Src == b.Src;
            sum += floats(b, shared ? 0 : images * b.Inputs * b.Height * b.Width, images * b.Outputs * pixels, images * b.Inputs * pixels);
        }

        return sum;
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
