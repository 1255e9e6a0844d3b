using System.Collections;
using System.Text;
using System.Text.RegularExpressions;
using Razorvine.Pickle;
using Razorvine.Pickle.Objects;

namespace MIOpenDarts.Darts.Data.Python;

/// <summary>
/// Reads pickles of data. Nothing in one is evaluated: the classes that data needs are built here, every other is refused by its name.
/// </summary>
internal static partial class SafePickle
{
    static SafePickle()
    {
        foreach (var module in new[] { "numpy.core.multiarray", "numpy._core.multiarray" })
            Unpickler.registerConstructor(module, "_reconstruct", new Constructor(_ => new PickledArray()));
        Unpickler.registerConstructor("numpy", "ndarray", new Constructor(_ => new PickledArray()));
        Unpickler.registerConstructor("numpy", "dtype", new Constructor(arguments => new PickledType((string)arguments[0])));
    }

    /// <summary>Reads a pickle that is a dictionary; keys that are no texts are left out.</summary>
    /// <exception cref="DataException">It is something else, has a class that data does not need, or is damaged.</exception>
    public static IReadOnlyDictionary<string, object?> Dictionary(string name, byte[] pickle)
    {
        try
        {
            using var unpickler = new Unpickler();
            var read = unpickler.loads(pickle);
            if (ForeignClass(read) is { } foreign) throw Refused(name, foreign);
            if (read is not IDictionary entries)
                throw new DataException($"{name}: the pickle holds no dictionary, so this is not the set that its name says");
            var dictionary = new Dictionary<string, object?>();
            foreach (DictionaryEntry entry in entries)
                if (Text(entry.Key) is { } key) dictionary[key] = entry.Value is PickledArray array ? array.ToArray() : entry.Value;
            return dictionary;
        }
        catch (PickleException e) when (UnbuiltClass().Match(e.Message) is { Success: true } unbuilt)
        {
            throw Refused(name, unbuilt.Groups[1].Value);
        }
        catch (Exception e) when (e is not (DataException or OutOfMemoryException))
        {
            // The reader tells damage by exceptions of many types.
            throw new DataException(
                $"{name}: the pickle cannot be read ({e.Message.TrimEnd('.')}); it is damaged or no pickle, fetch it again", e);
        }
    }

    /// <summary>A text, which older versions of Python wrote as bytes; null for anything else.</summary>
    public static string? Text(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => null,
    };

    private static DataException Refused(string name, string type) => new(
        $"{name}: has an object of the class {type}, which images and labels do not need, so it was not built; fetch the file again from " +
            $"where " +
        "you trust it");

    // How the reader says that it has no constructor with arguments for a class.
    [GeneratedRegex(@"construction of ClassDict \(for ([^)]*)\)")]
    private static partial Regex UnbuiltClass();

    // A pickle may hold one object in many places, or in itself.
    private static string? ForeignClass(object? root)
    {
        var (seen, left) = (new HashSet<object>(ReferenceEqualityComparer.Instance), new Stack<object?>([root]));
        while (left.TryPop(out var value))
        {
            if (value is ClassDict { ClassName: var name }) return name;
            if (value is ClassDictConstructor or Exception) return value.GetType().Name;
            if (value is string or byte[] || value is not IEnumerable inside || !seen.Add(value)) continue;
            foreach (var item in inside)
            {
                left.Push(item is DictionaryEntry entry ? entry.Value : item);
                if (item is DictionaryEntry { Key: not string } other) left.Push(other.Key);
            }
        }

        return null;
    }

    private sealed class Constructor(Func<object[], object> build) : IObjectConstructor
    {
        public object construct(object[] args) => build(args);
    }
}
