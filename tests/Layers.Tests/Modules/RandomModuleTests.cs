using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;

namespace MIOpenDarts.Layers.Tests.Modules;

public class RandomModuleTests
{
    [Fact]
    public void Drop_path_zeroes_whole_images_and_scales_the_others()
    {
        const int images = 2000;
        using var rig = new ModuleRig(_ => new DropPath<double>(0) { Probability = 0.25 }, images, 1, 1, 2);
        var y = rig.Forward();
        var x = rig.Get(rig.Src);
        var dropped = 0;
        for (var n = 0; n < images; n++)
        {
            if (y[2 * n] == 0 && y[2 * n + 1] == 0) dropped++;
            else Assert.Equal(x[2 * n + 1] / 0.75, y[2 * n + 1], 12);
        }

        Assert.InRange(dropped, 0.21 * images, 0.29 * images);
    }

    [Fact]
    public void Dropout_zeroes_elements_and_keeps_the_mean()
    {
        using var rig = new ModuleRig(_ => new Dropout<double>(0, 0.5), 100, 2, 5, 5);
        var y = rig.Forward();
        var x = rig.Get(rig.Src);
        var kept = y.Zip(x).Where(p => p.First != 0).ToArray();
        Assert.InRange(kept.Length, 0.46 * x.Length, 0.54 * x.Length);
        Assert.All(kept, p => Assert.Equal(2 * p.Second, p.First, 12));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Draws_depend_on_epoch_and_step_only(int epoch, int step)
    {
        var first = Mask(new Pass(true, true, 7, 0, 0));
        Assert.Equal(first, Mask(new Pass(true, true, 7, 0, 0)));
        Assert.NotEqual(first, Mask(new Pass(true, true, 7, epoch, step)));
        Assert.NotEqual(first, Mask(new Pass(true, true, 8, 0, 0)));
    }

    [Fact]
    public void Images_have_the_draws_of_their_place_in_a_batch_that_processes_share()
    {
        foreach (var build in new Func<Module<double>>[]
            { () => new DropPath<double>(0) { Probability = 0.5 }, () => new Dropout<double>(0, 0.5) })
        {
            using var whole = new ModuleRig(_ => build(), 40, 2, 3, 3);
            using var rest = new ModuleRig(_ => build(), 35, 2, 3, 3) { Share = new BatchShare(First: 5, Whole: 40) };
            Assert.Equal(whole.Forward().Skip(5 * 18).Select(y => y == 0), rest.Forward().Select(y => y == 0));
        }
    }

    [Fact]
    public void Neither_acts_outside_training()
    {
        foreach (var module in new Module<double>[] { new DropPath<double>(0) { Probability = 0.9 }, new Dropout<double>(0, 0.9) })
        {
            using var rig = new ModuleRig(_ => module, 4, 2, 3, 3) { Pass = Pass.Inference };
            Assert.Equal(rig.Forward(), rig.Get(rig.Src));
        }
    }

    private static double[] Mask(Pass pass)
    {
        using var rig = new ModuleRig(_ => new DropPath<double>(2) { Probability = 0.5 }, 64, 1, 1, 1) { Pass = pass };
        return rig.Forward();
    }
}
