using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Layers.Tests.Backends;

public sealed class BackendChoiceTests
{
    [Fact]
    public void Every_registered_backend_that_can_run_here_says_the_name_of_its_line()
    {
        foreach (var kind in BackendChoice.All.Where(kind => kind.IsUsable))
        {
            using var backend = BackendChoice.Create(kind.Name, threads: 1);
            Assert.Equal(kind.Name, backend.Name);
            Assert.Equal(kind.WarmsUp, backend is IWarmUp);
            Assert.Equal(kind.Devices is null ? 1 : 0, backend.Threads);
        }
    }

    [Fact]
    public void The_managed_backend_says_how_many_threads_it_has()
    {
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var backend = BackendChoice.Create("cpu", threads);
            Assert.Equal(threads, backend.Threads);
        }
    }

    [Fact]
    public void Every_registered_backend_is_told_among_what_is_allowed() =>
        Assert.All(BackendChoice.All, kind => Assert.All(kind.Forms, form => Assert.Contains(form, BackendChoice.Allowed)));

    [Fact]
    public void A_name_ends_with_the_number_of_a_device_where_there_are_devices() => Assert.All(BackendChoice.All, kind =>
    {
        Assert.Equal(kind, BackendChoice.Find(kind.Name));
        Assert.Equal(kind.Devices is null ? null : kind, BackendChoice.Find(kind.Name + ":1"));
        Assert.False(BackendChoice.IsName(kind.Name + ":"));
        Assert.False(BackendChoice.IsName(kind.Name + ":-1"));
        Assert.False(BackendChoice.IsName(kind.Name + "x"));
    });

    [Fact]
    public void Auto_takes_the_first_that_can_run_here() =>
        Assert.Equal(BackendChoice.All.First(kind => kind.IsUsable), BackendChoice.Find(BackendChoice.Auto));

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        var refusal = Assert.Throws<BackendUnavailableException>(() => BackendChoice.Create("abacus"));
        Assert.All(BackendChoice.Names, name => Assert.Contains(name, refusal.Message));
    }

    [Fact]
    public void A_device_that_is_not_there_is_a_name_nevertheless()
    {
        Assert.True(BackendChoice.IsName("hip:4000"));
        Assert.Throws<BackendUnavailableException>(() => BackendChoice.Create("hip:4000"));
    }
}
