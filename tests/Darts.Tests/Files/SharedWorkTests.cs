using System.Collections.Concurrent;
using MIOpenDarts.Darts.Files;

namespace MIOpenDarts.Darts.Tests.Files;

/// <summary>Work that several workers share by locks in a folder.</summary>
public sealed class SharedWorkTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Everything_is_done_once_and_everybody_goes_on_when_all_is_done()
    {
        var done = new ConcurrentDictionary<int, int>();
        int[] items = [.. Enumerable.Range(0, 40)];
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            SharedWork.ToEnd(items, 2, done.ContainsKey, LockOf, item =>
            {
                Thread.Yield();
                done.AddOrUpdate(item, 1, (_, times) => times + 1);
            }, CancellationToken.None);
            Assert.Equal(items, done.Keys.Order());
        })));
        Assert.All(done.Values, times => Assert.Equal(1, times));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task What_another_process_works_on_is_awaited_and_taken_over_when_it_ends()
    {
        var held = FileLock.TryTake(LockOf(1))!;
        var began = new TaskCompletionSource();
        var done = new ConcurrentBag<int>();
        var work = Task.Run(() => SharedWork.ToEnd([1, 2], 1, done.Contains, LockOf, item =>
        {
            done.Add(item);
            if (item == 2) began.SetResult();
        }, CancellationToken.None));
        await began.Task;
        Assert.False(work.IsCompleted);
        Assert.Equal([2], done);
        // As the operating system does when a process is killed.
        held.Dispose();
        await work;
        Assert.Equal([1, 2], done.Order());
    }

    [Fact]
    public void A_failure_is_thrown_and_leaves_what_failed_to_others()
    {
        var thrown = Assert.Throws<AggregateException>(() => SharedWork.ToEnd(
            [1], 1, _ => false, LockOf, _ => throw new InvalidDataException("damaged"), CancellationToken.None));
        Assert.Equal("damaged", Assert.Single(thrown.InnerExceptions).Message);
        using var held = FileLock.TryTake(LockOf(1));
        Assert.NotNull(held);
    }

    [Fact]
    public void A_stop_begins_nothing_more()
    {
        using var stop = new CancellationTokenSource();
        var done = new List<int>();
        var thrown = Assert.Throws<AggregateException>(() => SharedWork.ToEnd([1, 2, 3], 1, done.Contains, LockOf, item =>
        {
            done.Add(item);
            stop.Cancel();
        }, stop.Token));
        Assert.IsType<OperationCanceledException>(thrown.InnerExceptions[0]);
        Assert.Equal([1], done);
    }

    private string LockOf(int item) => Path.Combine(folder, $"{item}.lock");
}
