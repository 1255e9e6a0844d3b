using MIOpenDarts.Darts.Costs;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>Costs that a test makes up.</summary>
internal sealed class PricedParts(Func<NetworkPart, double> price) : ICostModel
{
    public string Name => "price";

    public string Source => "made up";

    public string Unit => "coins";

    public double Of(NetworkPart part) => price(part);

    public string Show(double cost) => $"{cost} coins";
}
