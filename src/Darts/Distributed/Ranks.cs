using System.Runtime.ExceptionServices;
using System.Text;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Interop.Mpi;
using MIOpenDarts.Layers.Backends;

namespace MIOpenDarts.Darts.Distributed;

/// <summary>
/// The processes that a launcher of MPI started to work together. Every rank calls the same members in the same order, on the thread that
/// joined.
/// </summary>
internal sealed class Ranks : IDisposable
{
    private readonly MpiWorld world;

    private Ranks(MpiWorld world) => this.world = world;

    /// <summary>Number of this process, from 0.</summary>
    public int Rank => world.Rank;

    /// <summary>How many there are.</summary>
    public int Size => world.Size;

    /// <summary>Number of this process among those of its machine.</summary>
    public int LocalRank => world.LocalRank;

    /// <summary>Name of this process's machine.</summary>
    public string Node => world.Node;

    /// <summary>Whether this process writes what is written once.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>Whether the others go on to the next member, and would wait there for ever for this rank if it failed.</summary>
    public bool OthersWait { get; set; } = true;

    /// <summary>What a message of this rank begins with; nothing for one alone.</summary>
    public string Prefix => Size == 1 ? "" : $"rank {Rank} on {Node}: ";

    /// <summary>Makes of a failure what is told of it, here and in the other ranks.</summary>
    public Func<Exception, Exception> Reported { get; init; } = failure => failure;

    /// <summary>Whether a launcher of several processes started this one, be it well or not.</summary>
    public static bool AreLaunched
    {
        get
        {
            try
            {
                return Launcher.Detect(Environment.GetEnvironmentVariable) is not null;
            }
            catch (LauncherException)
            {
                return true;
            }
        }
    }

    /// <summary>Joins the other processes; null where no launcher started this one, and then no library of MPI is opened.</summary>
    /// <param name="reported">Makes of a failure what is told of it.</param>
    /// <exception cref="LauncherException">The launcher has no library of MPI that fits it.</exception>
    /// <exception cref="MpiException">A call failed.</exception>
    public static Ranks? Join(Func<Exception, Exception> reported) =>
        Launcher.Detect(Environment.GetEnvironmentVariable) is { } launcher
            ? new Ranks(MpiWorld.Open(launcher)) { Reported = reported } : null;

    /// <summary>The largest number of all ranks.</summary>
    public int Max(int value) => world.Max(value);

    /// <summary>
    /// What the first rank makes. Where it fails, it throws there, and the others get null: the first says what there is to say.
    /// </summary>
    public string? FromFirst(Func<string> make)
    {
        var length = new int[1];
        var text = Array.Empty<byte>();
        try
        {
            if (IsFirst)
            {
                text = Encoding.UTF8.GetBytes(make());
                length[0] = text.Length;
            }
        }
        catch
        {
            length[0] = -1;
            world.Broadcast<int>(length, 0);
            OthersWait = false;
            throw;
        }

        world.Broadcast<int>(length, 0);
        if (length[0] < 0) return null;
        if (!IsFirst) text = new byte[length[0]];
        world.Broadcast<byte>(text, 0);
        return Encoding.UTF8.GetString(text);
    }

    /// <summary>The texts of all ranks, in their order.</summary>
    public IReadOnlyList<string> Gather(string own)
    {
        var text = Encoding.UTF8.GetBytes(own);
        var (counts, starts) = (new int[Size], new int[Size]);
        for (var rank = 0; rank < Size; rank++) starts[rank] = rank;
        counts[Rank] = text.Length;
        world.AllGather<int>(counts, [.. Enumerable.Repeat(1, Size)], starts);
        for (var rank = 1; rank < Size; rank++) starts[rank] = starts[rank - 1] + counts[rank - 1];
        var all = new byte[counts.Sum()];
        text.CopyTo(all, starts[Rank]);
        world.AllGather<byte>(all, counts, starts);
        return [.. Enumerable.Range(0, Size).Select(rank => Encoding.UTF8.GetString(all, starts[rank], counts[rank]))];
    }

    /// <summary>
    /// What each rank may use, in lines for the one who started them; a launcher's usual binding starves a large machine.
    /// </summary>
    public IReadOnlyList<string> DescribeCores()
    {
        const string file = "/proc/cpuinfo";
        var onNode = File.Exists(file)
            ? File.ReadLines(file).Count(line => line.StartsWith("processor", StringComparison.Ordinal))
            : Environment.ProcessorCount;
        var nodes = Gather($"{world.Node} {Environment.ProcessorCount} {onNode}").Select(text => text.Split(' ')).ToList();
        var lines = new List<string>
        {
            $"ranks    {Size} of {world.Library}: "
            + string.Join(", ", nodes.GroupBy(n => n[0]).Select(n => $"{n.Key} with {string.Join(" + ", n.Select(r => r[1]))} cores")),
        };
        if (nodes.Exists(n => n[1] == "1" && n[2] != "1"))
            lines.Add(
                "warning: the launcher keeps a rank on one core of a machine that has more; start with: mpirun --bind-to none (Open MPI), "
                + "or srun --cpus-per-task=N");
        return lines;
    }

    /// <summary>The cut of a run's batches, of which every rank computes its share.</summary>
    public BatchLeaves Share(RunOptions options) => options.Cut(Size == 1 ? null : new MpiLeafExchange(world, this));

    /// <summary>Does what may fail in one rank alone; none goes on before all have done it.</summary>
    /// <exception cref="RankFailedException">
    /// It failed in another rank. Where it fails, its own exception is thrown, as it is reported.
    /// </exception>
    public void Agree(Action work)
    {
        Exception? own = null;
        try
        {
            work();
        }
        catch (Exception e)
        {
            own = Reported(e);
        }

        var failures = Gather(own is null ? "" : $"rank {Rank} on {Node}: {own.Message}");
        if (failures.All(text => text.Length == 0)) return;
        OthersWait = false;
        if (own is not null) ExceptionDispatchInfo.Throw(own);
        throw new RankFailedException(failures.First(text => text.Length > 0));
    }

    /// <summary>What every rank makes for itself, and may fail to; where another one fails, it is not kept.</summary>
    /// <exception cref="RankFailedException">Another one failed.</exception>
    public TResult Agree<TResult>(Func<TResult> make)
    {
        TResult made = default!;
        try
        {
            Agree(() => { made = make(); });
            return made;
        }
        catch
        {
            (made as IDisposable)?.Dispose();
            throw;
        }
    }

    /// <summary>Refuses ranks that differ in something that all must have.</summary>
    /// <param name="what">Its name.</param>
    /// <param name="own">What this rank has.</param>
    /// <exception cref="OptionsException">One has something else; the text names both. All ranks throw it.</exception>
    public void RequireSame(string what, string own)
    {
        var all = Gather(own);
        for (var rank = 1; rank < Size; rank++)
            if (all[rank] != all[0])
                throw new OptionsException($"rank {rank} has {what} {all[rank]}, but rank 0 has {all[0]}; all ranks need the same");
    }

    /// <summary>Refuses batches that leave a rank without a leaf, or a leaf without images.</summary>
    /// <param name="options">Options of the run.</param>
    /// <param name="sets">Kinds of images that batches are made of, and how many there are.</param>
    /// <exception cref="OptionsException">A batch has fewer leaves than there are ranks, or fewer images than leaves.</exception>
    public void RequireLeaves(RunOptions options, params ReadOnlySpan<(string What, int Images)> sets)
    {
        if (Size == 1) return;
        if (Size > options.Leaves)
            throw new OptionsException(
                $"{Size} ranks are more than the {options.Leaves} leaves that a batch is cut into; start fewer, or give more --leaves");
        foreach (var (what, images) in sets)
        {
            var last = images % options.BatchSize;
            var least = last == 0 ? Math.Min(images, options.BatchSize) : last;
            if (least < options.Leaves)
                throw new OptionsException(
                    $"a {what} batch has {least} images, fewer than the {options.Leaves} leaves that ranks share; "
                    + "change --batch-size, or give fewer --leaves");
        }
    }

    /// <summary>Refuses ranks for which there is no seed.</summary>
    /// <exception cref="OptionsException">There are more ranks than seeds. All ranks throw it.</exception>
    public void RequireSeeds(int seeds)
    {
        if (Size > seeds)
            throw new OptionsException(
                $"{Size} ranks are more than there are seeds, {seeds}; ranks that take seeds share no batches, so start at most {seeds}, "
                + "or leave --seeds out for all ranks to share the batches of one search");
    }

    /// <summary>Ends all ranks, as those that wait for this one would wait for ever.</summary>
    public void Abort(int code) => world.Abort(code);

    /// <summary>Leaves the others; waits until all do.</summary>
    public void Dispose() => world.Dispose();
}
