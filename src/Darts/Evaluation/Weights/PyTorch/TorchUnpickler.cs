using System.Globalization;
using MIOpenDarts.Darts.Data.Python;
using Razorvine.Pickle;

namespace MIOpenDarts.Darts.Evaluation.Weights.PyTorch;

/// <summary>A reader of pickles that knows how PyTorch refers to storages.</summary>
internal sealed class TorchUnpickler : Unpickler
{
    private const string Purpose = "weights";

    static TorchUnpickler()
    {
        foreach (var (module, name, build) in TorchObjects.All) SafePickle.Allow(Purpose, module, name, build);
        foreach (var type in TorchObjects.Storages) registerConstructor("torch", type.Name, type);
    }

    /// <summary>The storages that were referred to.</summary>
    public HashSet<TorchStorage> Storages { get; } = [];

    /// <summary>Reads the next pickle of a stream.</summary>
    /// <exception cref="MIOpenDarts.Darts.Data.DataException">It has a class that weights do not need, or is damaged.</exception>
    public object? Read(string path, Stream stream) => SafePickle.Read(path, Purpose, this, stream);

    /// <summary>('storage', type, key, device, count), in the old form with what the storage is a view of: (key, first, count).</summary>
    protected override object persistentLoad(object pid)
    {
        if (pid is not object[] { Length: 5 or 6 } words || words[1] is not StorageType type || SafePickle.Text(words[2]) is not { } key)
            throw new PickleException("a storage has a form that is not known");
        var storage = new TorchStorage(key, type.Type, Convert.ToInt64(words[4], CultureInfo.InvariantCulture), 0);
        Storages.Add(storage);
        return words is [.., object[] { Length: 3 } view] ? storage with
        {
            First = Convert.ToInt64(view[1], CultureInfo.InvariantCulture),
            Count = Convert.ToInt64(view[2], CultureInfo.InvariantCulture),
        } : storage;
    }
}
